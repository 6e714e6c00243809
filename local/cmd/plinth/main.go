// Command plinth brings a stack up on this machine; see `plinth --help`.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/plinth-iac/plinth/local/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// From the first signal on a second one ends the process at once, as usual.
	context.AfterFunc(ctx, stop)
	os.Exit(cli.Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
