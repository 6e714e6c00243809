// Package local brings a Plinth stack up on this machine: a real Kubernetes with simulated nodes
// shaped like the stack's pools, and the real Pulumi engine running the stack's program against it.
// No Docker, no root and no cloud account are needed.
//
//	result, err := local.Up(ctx, local.Options{Stack: "prod", Out: os.Stderr})
//	if err != nil {
//		return err // it says what to do
//	}
//	fmt.Println(result.Status.Kubeconfig, result.Status.Misfits)
//
// Build, Up, Preview, Down and GetStatus are what the CLI's commands do; Build comes first where
// the binaries are not built yet. Each stack has a cluster of its own below
// .plinth/clusters, so that several stacks, and several checkouts, run side by side.
package local
