package gke

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// Cluster is a cluster on GKE.
type Cluster struct {
	pulumi.ResourceState

	// Cluster is the contract that the rest of the platform is built on.
	Cluster *cluster.Cluster
}

// New registers the cluster and all it needs. A spec that gcp cannot meet is refused with every reason, as a *spec.Error,
// before anything is registered; any other error is of a registration. A *gcp.Provider among opts is used instead of one of
// its own; it must be of the project that gcp:project names.
func New(ctx *pulumi.Context, name string, args *cluster.Args, opts ...pulumi.ResourceOption) (*Cluster, error) {
	p, err := newPlan(ctx, name, args)
	if err != nil {
		return nil, err
	}
	c := &Cluster{}
	if err := ctx.RegisterComponentResource("plinth:gke:Cluster", name, c, opts...); err != nil {
		return nil, fmt.Errorf("registering cluster %s: %w", name, err)
	}
	b := &builder{ctx: ctx, plan: p, self: c}
	if err := b.build(opts); err != nil {
		return nil, fmt.Errorf("making cluster %s: %w", name, err)
	}
	c.Cluster = b.result
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"kubeconfig": b.result.Kubeconfig,
		"registry":   b.result.Services.Registry(),
	})
}

// builder registers the children of one cluster.
type builder struct {
	*plan

	ctx    *pulumi.Context
	self   pulumi.Resource
	gcp    *gcp.Provider
	result *cluster.Cluster
}

func (b *builder) build(opts []pulumi.ResourceOption) error {
	if err := b.useProvider(opts); err != nil {
		return err
	}
	apis, err := b.enableAPIs()
	if err != nil {
		return err
	}
	nodes, err := b.newNodeAccount(apis)
	if err != nil {
		return err
	}
	net, err := b.newNetwork(apis, nodes)
	if err != nil {
		return err
	}
	keys, err := b.newKeys(apis)
	if err != nil {
		return err
	}
	plane, err := b.newControlPlane(net, keys, nodes)
	if err != nil {
		return err
	}
	pools, err := b.newPools(plane, keys, nodes)
	if err != nil {
		return err
	}
	registry, err := b.newRegistry(apis, nodes)
	if err != nil {
		return err
	}
	kubernetes, kubeconfig, err := b.newKubernetes(plane)
	if err != nil {
		return err
	}
	class, err := b.newStorageClass(kubernetes, keys)
	if err != nil {
		return err
	}
	admins, err := b.newAdmins(kubernetes)
	if err != nil {
		return err
	}

	// GPU pools are not among them: they come last, and only pods that ask for a GPU wait for them.
	ready := append(net.ready, pools...)
	ready = append(ready, registry.pull, class)
	b.result = &cluster.Cluster{
		Provider:   kubernetes,
		Kubeconfig: kubeconfig,
		Ready:      append(ready, admins...),
		// By backend service, as Google advises for new ones: docs.cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer.
		LoadBalancer: map[string]string{"cloud.google.com/l4-rbs": "enabled"},
		Services:     &services{builder: b, number: keys.projectNumber, registry: registry.address, managed: b.dataServices(net, keys)},
	}
	return nil
}

// useProvider takes the provider that the caller gave, or makes one.
func (b *builder) useProvider(opts []pulumi.ResourceOption) error {
	options, err := pulumi.NewResourceOptions(opts...)
	if err != nil {
		return fmt.Errorf("reading the resource options: %w", err)
	}
	for _, provider := range append(slices.Clone(options.Providers), options.Provider) {
		if given, ok := provider.(*gcp.Provider); ok {
			b.gcp = given
			return nil
		}
	}
	b.gcp, err = gcp.NewProvider(b.ctx, b.name+"-gcp", &gcp.ProviderArgs{
		Project: pulumi.String(b.project),
		Region:  pulumi.String(b.args.Region),
	}, pulumi.Parent(b.self))
	if err != nil {
		return fmt.Errorf("setting up the gcp provider: %w", err)
	}
	return nil
}

// child are the options of a resource of the cloud.
func (b *builder) child(opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return append([]pulumi.ResourceOption{pulumi.Parent(b.self), pulumi.Provider(b.gcp)}, opts...)
}

// kept are the options of a resource of the cloud whose loss would be the cluster's.
func (b *builder) kept(opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return b.child(append(opts, pulumi.Protect(b.args.Protect))...)
}
