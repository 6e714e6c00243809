// Package build makes what a laptop needs to run a stack and does not have: the embedded
// Kubernetes, the CLI, the Pulumi CLI where PATH has none recent enough, and stand-ins for the
// resource plugins that can be had neither here nor from the internet. It needs nothing but Go and
// its module proxy, imports only the standard library (so that `go run ./cmd/build` starts at once),
// and says what it does all the way.
//
//	err := build.Run(ctx, checkout, terminal.New(os.Stderr))
//
// Binaries are put in .plinth/bin and plugins in .plinth/pulumi/plugins. When nothing has
// changed since the last run it returns within a fraction of a second.
package build
