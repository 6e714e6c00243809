package aks

import (
	"fmt"

	"github.com/pulumi/pulumi-azure-native-sdk/managedidentity/v2"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// Cluster is an AKS cluster with its network, keys, logs, registry and secret store.
type Cluster struct {
	pulumi.ResourceState

	// Cluster is the contract that the rest of the platform is built on.
	Cluster *cluster.Cluster
}

// New registers the cluster. What Azure cannot give is refused before anything is registered, as a *spec.Error. The provider
// azure-native may be given through opts; otherwise the cluster has one of its own, for args.Region and the subscription of the
// stack's configuration or of the Azure CLI.
func New(ctx *pulumi.Context, name string, args *cluster.Args, opts ...pulumi.ResourceOption) (*Cluster, error) {
	place, err := check(name, args)
	if err != nil {
		return nil, fmt.Errorf("cluster %s: %w", name, err)
	}
	c := &Cluster{}
	if err := ctx.RegisterComponentResource("plinth:aks:Cluster", name, c, opts...); err != nil {
		return nil, fmt.Errorf("registering cluster %s: %w", name, err)
	}
	b, err := newBuilder(ctx, name, args, place, c, opts)
	if err != nil {
		return nil, fmt.Errorf("cluster %s: %w", name, err)
	}
	if c.Cluster, err = b.build(); err != nil {
		return nil, fmt.Errorf("cluster %s: %w", name, err)
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"kubeconfig": c.Cluster.Kubeconfig,
		"registry":   c.Cluster.Services.Registry(),
	})
}

// build registers everything, in the order that Azure needs: what the control plane is made of, the control plane, its nodes, and
// what is installed in it.
func (b *builder) build() (*cluster.Cluster, error) {
	identity, err := managedidentity.NewUserAssignedIdentity(b.ctx, b.name+"-identity", &managedidentity.UserAssignedIdentityArgs{
		ResourceGroupName: b.group.Name, Location: pulumi.String(b.args.Region), Tags: b.tags,
	}, b.children()...)
	if err != nil {
		return nil, fmt.Errorf("making the identity of the control plane: %w", err)
	}
	net, err := b.network()
	if err != nil {
		return nil, err
	}
	keys, err := b.keys(identity)
	if err != nil {
		return nil, err
	}
	workspace, err := b.workspace()
	if err != nil {
		return nil, err
	}

	plane, err := b.controlPlane(identity, net, keys, workspace)
	if err != nil {
		return nil, err
	}
	pools, err := b.pools(plane, net)
	if err != nil {
		return nil, err
	}
	if err := b.maintenance(plane, pools.last); err != nil {
		return nil, err
	}
	if err := b.record(plane, workspace); err != nil {
		return nil, err
	}
	registry, pull, err := b.registry(plane)
	if err != nil {
		return nil, err
	}
	secrets, err := b.secretVault(net, identity)
	if err != nil {
		return nil, err
	}

	kubeconfig := b.kubeconfig(plane)
	k8s, err := kubernetes.NewProvider(b.ctx, b.name+"-kubernetes", &kubernetes.ProviderArgs{
		ClusterIdentifier: plane.ID().ToStringOutput(), Kubeconfig: kubeconfig,
	}, b.children()...)
	if err != nil {
		return nil, fmt.Errorf("reaching the cluster: %w", err)
	}
	addOns, err := b.addOns(k8s, pools.system, keys)
	if err != nil {
		return nil, err
	}

	return &cluster.Cluster{
		Provider:   k8s,
		Kubeconfig: kubeconfig,
		Ready:      append(addOns, pools.system, pull),
		Services:   &services{builder: b, plane: plane, net: net, server: registry.LoginServer, vault: secrets, tenant: identity.TenantId, managed: b.dataServices(net, keys)},
	}, nil
}
