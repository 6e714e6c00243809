// Package engine runs a Pulumi program of Go against a kubeconfig with the real Pulumi engine, through the Automation
// API, and keeps everything it needs below .plinth: file state, plugins, the passphrase of its secrets.
//
//	e, err := engine.Open(ctx, engine.Options{Dirs: d, Stack: "prod", Program: stacks.Platform, Kubeconfig: path, Out: out})
//	report, err := e.Up(ctx)
//
// The user's stack file is read and never written. What runs is a copy for the laptop in
// .plinth/work/<stack>: on the cluster of the given kubeconfig, with stand-ins for the secrets that
// only the team's own keys can open.
//
// # State
//
// The file backend writes the whole state at every step, so time grows with the square of the
// number of resources, and only its own settings leave it safe: see the environment in settings.go.
// A lock whose owner is dead, and operations that a crash cut short, are cleared and said at the next Open.
package engine
