// Package engine runs a Pulumi program of Go against a kubeconfig with the real Pulumi engine, through the Automation
// API, and keeps everything it needs below .plinth: state, plugins, the passphrase of its secrets.
//
//	e, err := engine.Open(ctx, engine.Options{Dirs: d, Stack: "prod", Program: platform.On(nil), Kubeconfig: path, Out: out})
//	report, err := e.Up(ctx)
//
// The user's stack file is read and never written. What runs is a copy for the laptop in
// .plinth/work/<stack>: on the cluster of the given kubeconfig, with stand-ins for the secrets that
// only the team's own keys can open.
//
// # State
//
// The state is kept by package statestore, in the place and format of Pulumi's file backend. What a crash left is cleared
// and said at the next Open: an engine without its run, a journal not yet brought in, operations that were cut short.
package engine
