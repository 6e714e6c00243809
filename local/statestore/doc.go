// Package statestore keeps the state of one stack for the real Pulumi engine: a small server on the loopback interface
// that speaks the part of the Pulumi service's API which the engine needs, for as long as a command runs.
//
//	server, err := statestore.Open(statestore.Options{Dir: ".plinth/state", Project: "plinth", Stack: "dev"})
//	defer server.Close()
//	// run the CLI with the variables of server.Environment()
//
// # Why
//
// The engine's file backend writes the whole state before and after every resource, so the time of an `up` grows with
// the square of their number. To a service the engine sends a journal instead: one entry for each. Here an entry
// is appended to a file and synced to the disk before it is acknowledged, and the engine begins on nothing before that.
//
// # What is on the disk
//
// The checkpoint is the file backend's own, at its place and in its format (<dir>/.pulumi/stacks/<project>/<stack>.json), so either
// can take over from the other. Beside it, while an update runs or after it was killed, is <stack>.json.journal. After
// the update, at Close or else at the next Open, the journal is replayed by Pulumi's own code into a new checkpoint, which
// replaces the old one in one rename. What a killed update had begun is in it as a pending operation.
//
// Secrets are encrypted by the engine under the stack's passphrase before they come here. The service's own
// encryption is not offered, and of updates only those of the running command are remembered.
//
// The caller must hold the stack alone: two servers on one stack would write over each other.
package statestore
