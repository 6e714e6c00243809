// Package cluster is the contract between a cluster and everything that runs on it: the
// cloud-neutral description of a cluster and its pools (Spec), the labels and taints their nodes
// carry on every cloud, and what a cluster component yields (Cluster).
//
// The clusters themselves are the packages below it: existing is the cluster of a kubeconfig.
// The package creates no resources.
package cluster
