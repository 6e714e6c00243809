// Package aks makes a cluster on Azure, with its network and everything that a platform needs of the cloud.
//
//	c, err := aks.New(ctx, "prod", &cluster.Args{Spec: spec, Region: "westeurope", Admins: []string{opsGroup}, Protect: true})
//	// c.Cluster.Provider installs into it; c.Cluster.Services.Grant gives a ServiceAccount access to Azure.
//
// It creates a resource group; a VNet with one subnet for the nodes of all zones, its NAT gateway, security group and flow log, or takes
// an existing subnet; a vault with the keys of etcd and of all disks; the control plane; an AgentPool for each pool; log collection and
// audit logs in a workspace; a container registry; a vault for secrets; the default StorageClass; and NVIDIA's device plugin where a
// pool has GPUs.
//
// Before the first deployment: `az feature register --namespace Microsoft.Compute --name EncryptionAtHost`, without which Azure
// refuses the nodes. An existing subnet must have a NAT gateway, a security group, and service endpoints for Microsoft.KeyVault and
// Microsoft.Storage; with a public API server, cluster.api.allow must then name the NAT gateway's address too, from which the nodes come. A private API server (no cluster.api.allow) can be deployed to only from within its network or one peered to it.
//
// Pools. AKS keeps the pool that a cluster was born with in the cluster's own definition, and nothing in it can be changed. It is
// therefore one node for AKS' own programs alone, named bootstrap. All others, system included, are AgentPools with a physical name
// of their own: what cannot be changed in place makes a new pool, drains and removes the old one, and never touches the cluster.
// Should bootstrap itself have to go, `az aks nodepool delete --name bootstrap` and `pulumi refresh` are enough: system takes over.
//
// The size of an autoscaled pool is the autoscaler's. Pulumi sends a pool whole whenever anything in it changes, so that a change from an
// old state would bring its old size back: it is refused, with the advice to run `pulumi up --refresh`.
//
// Deletion. With Protect, Pulumi refuses to delete the group, the network, the keys, the vaults, the registry and the cluster. Locks
// in Azure do so too for the network, the keys, the registry and protected buckets; not for the cluster, whose lock would forbid
// replacing a pool, nor for the vault of secrets, since a lock also forbids taking a grant back, as one on a bucket does. The way down has two steps: `up` with
// Protect off lifts both, then `destroy`. Vaults stay, hidden and free of charge, for the 90 days in which Azure can bring them back.
package aks
