// Package terminal prints what a long command is doing: finished lines, and one step at a time with
// its progress and elapsed time. On a terminal the running step is one live line; anywhere else (a
// file, CI) it is a line every ten seconds, so that a log stays short and never goes quiet.
//
//	out := terminal.New(os.Stderr)
//	step := out.Step("control plane")
//	step.Progress("waiting for the API server")
//	step.Done("ready")     // ✓ control plane: ready  4.2 s
package terminal
