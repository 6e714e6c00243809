// Package mocks runs a Pulumi program against a pretend engine and records everything it registered.
//
//	rec := mocks.Up(t, func(ctx *pulumi.Context) error {
//		_, err := workload.New(ctx, "api", args, pulumi.Provider(mocks.Kubernetes(t, ctx)))
//		return err
//	})
//	deployment := mocks.As[*appsv1.Deployment](t, rec.Get(t, "kubernetes:apps/v1:Deployment", "api"))
//
// Up answers with plausible outputs; Preview leaves what only a provider knows (ids, generated names, passwords,
// status) unknown, as a preview of a new stack does. Both fail the test where the program fails or breaks a rule (see
// Check), unless that rule is switched off with Without. A program that must fail is run with Fail.
//
// The program talks to a real gRPC server on the loopback device and not to pulumi.WithMocks: the SDK's own mocks lose
// unknown values, log messages and which component registered its outputs, and all three are needed here. No plugin,
// no Pulumi CLI and no cluster is needed.
//
// Secrets appear in a Recording as Secret values, which print as a digest; Reveal gives what is inside. Unknown
// values appear as Unknown.
package mocks
