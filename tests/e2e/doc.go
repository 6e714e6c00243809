// Package e2e proves Plinth as its users run it: the laptop's command against a real API server, scheduler and controllers,
// through the real Pulumi engine. `make test` builds the command and runs it.
package e2e
