// Package existing makes a platform's cluster of one that is there already: the one that a kubeconfig's
// context reaches.
//
//	c, err := existing.New(ctx, "cluster", &existing.Args{Identifier: "team-dev"})
//	// c.Cluster.Provider installs into it.
//
// It creates a Kubernetes provider and nothing in the cluster.
package existing
