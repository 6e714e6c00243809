// Package rehearsal stands in for a stack's machines: it gives the embedded Kubernetes simulated nodes shaped like the
// stack's pools, at the size that the cloud's autoscaler could reach, and tells of every pod that would not
// fit on them, with the scheduler's own reason and what would have to grow.
//
//	err := cluster.SetNodes(ctx, rehearsal.Nodes(cfg))
//	// up
//	misfits, err := rehearsal.Misfits(ctx, client, cfg)
//	fmt.Println(misfits[0])
//	// apps/ml-inference: 2 pods do not fit. Pool gpu ...
package rehearsal
