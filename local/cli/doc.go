// Package cli is the command line over package local: flags, exit codes and printing, and nothing else.
//
//	os.Exit(cli.Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
package cli
