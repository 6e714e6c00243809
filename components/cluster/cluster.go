package cluster

import (
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
)

// Cluster is what everything above a cluster knows of it, the same on every cloud.
type Cluster struct {
	// Provider installs into the cluster. Its clusterIdentifier never changes with the kubeconfig, so that new credentials
	// never replace what runs there.
	Provider *kubernetes.Provider
}
