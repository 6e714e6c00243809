package main

import (
	"fmt"
	"io"
	"os"
)

// A child's or supervisor's lifeline is the first descriptor after the standard ones.
const lifelineFD = 3

// exitWithSupervisor ends this process as soon as its supervisor is gone, however that ended.
func exitWithSupervisor() {
	lifeline := os.NewFile(lifelineFD, "lifeline")
	go func() {
		_, _ = io.Copy(io.Discard, lifeline)
		fmt.Fprintln(os.Stderr, "the supervisor is gone (started without one? use kube serve), so this process ends")
		os.Exit(1)
	}()
}
