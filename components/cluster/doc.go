// Package cluster is the contract between a cluster and everything that runs on it: the
// cloud-neutral description of a cluster and its pools (Spec), the labels and taints their nodes
// carry on every cloud, and what a cluster component yields (Cluster).
//
//	s := cluster.Spec{Pools: map[string]cluster.Pool{"system": {CPU: 4, Memory: "16Gi"}}}.Complete()
//	c, err := eks.New(ctx, "cluster", &cluster.Args{Spec: s, Region: "eu-central-1", ...}) // or gke, aks
//	// c.Cluster.Provider installs into it, after c.Cluster.Ready.
//
// The clusters themselves are the packages below it: eks, gke, aks, and existing, which is the cluster of a kubeconfig.
// This package creates no resources.
package cluster
