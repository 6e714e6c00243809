// Package gke makes a platform's cluster on Google Kubernetes Engine, with its network, keys and registry.
//
//	c, err := gke.New(ctx, "cluster", &cluster.Args{Spec: spec.Complete(), Region: "europe-west3", Protect: true})
//	// c.Cluster.Provider installs into it.
//
// The project is that of gcp:project or $GOOGLE_PROJECT. Use one project for each environment: workload identities are
// shared by all clusters of a project that have a ServiceAccount of the same namespace and name.
//
// It creates: the APIs' activation, a VPC with one subnet (pods and Services in secondary ranges, flow logs), a NAT
// gateway and a firewall rule for admission webhooks, or none of these in an existing network; a key ring with two keys
// that rotate every 90 days, for Secrets and for disks, and the grants that Google's agents need on them; a service
// account for the nodes; a regional, private cluster; a node pool for each of the spec's; an encrypted default
// StorageClass; a registry; and the administrators' bindings.
//
// GKE brings the rest, so that nothing of it is installed: metrics-server, the disks' CSI driver, load balancers, pool
// autoscaling, network policy (Dataplane V2), DNS, the GPU driver and device plugin. NAT is regional: one gateway
// survives the loss of a zone.
//
// In an existing network the way out is its owner's, and a rule that lets the control plane reach webhooks on the nodes.
//
// Pods with a Grant get their tokens of the node's metadata server, 169.254.169.254 port 80: where egress is closed, open it.
//
// Destroying a protected cluster takes two steps: Protect off and up, which lifts GKE's own deletion protection, then
// destroy.
package gke
