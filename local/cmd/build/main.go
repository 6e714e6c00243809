// Command build brings .plinth/bin up to date. The Makefile runs it before everything else.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/plinth-iac/plinth/local/build"
	"github.com/plinth-iac/plinth/local/dirs"
	"github.com/plinth-iac/plinth/local/terminal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	out := terminal.New(os.Stderr)
	checkout, err := dirs.Find("")
	if err == nil {
		err = build.Run(ctx, checkout, out)
	}
	if err != nil {
		out.Line("error: %v", err)
		os.Exit(1)
	}
}
