package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// stopWithin is how long a command may take to tidy up when the run is broken off. It is longer than the
// engine's own time for that.
const stopWithin = time.Minute

// command runs a command in a folder with extra environment, and returns all it printed. It prints to live too, if any.
func command(ctx context.Context, live io.Writer, dir string, env []string, name string, args ...string) (string, error) {
	var printed bytes.Buffer
	var out io.Writer = &printed
	if live != nil {
		out = io.MultiWriter(&printed, live)
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = stopWithin
	if err := cmd.Run(); err != nil {
		return printed.String(), fmt.Errorf("%s %s: %w:\n%s", name, strings.Join(args, " "), err, tail(printed.String()))
	}
	return printed.String(), nil
}

// tail is the end of what a command printed, where its error is.
func tail(text string) string {
	const lines = 20
	all := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
