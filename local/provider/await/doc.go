// Package await waits until a Kubernetes object works, or says why it does not.
//
//	waiter := await.Waiter{Objects: dynamicClient, Client: deployments, Report: report}
//	live, err := waiter.Ready(ctx, inputs, created, 10*time.Minute)
//
// What counts as working is what the official Pulumi provider takes for it: the rollout of a workload,
// the completion of a Job, the endpoints and the address of a Service, and so on; other kinds work as
// soon as they exist, unless the annotation pulumi.com/waitFor names a condition. A failure carries the
// pods' own reasons, and comes at once when waiting longer cannot help.
package await
