package main

import (
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
		os.Exit(1)
	}()
}
