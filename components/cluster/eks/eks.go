package eks

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/versions"
)

// Cluster is a cluster on Amazon EKS.
type Cluster struct {
	pulumi.ResourceState

	// Cluster is the contract that the rest of the platform is built on.
	Cluster *cluster.Cluster
}

// New registers the cluster and all it needs. A spec that aws cannot meet is refused with every reason, as a *spec.Error,
// before anything is registered; any other error is of a registration. An *aws.Provider among opts is used instead of one of
// its own; args.Tags must then be among its default tags.
func New(ctx *pulumi.Context, name string, args *cluster.Args, opts ...pulumi.ResourceOption) (*Cluster, error) {
	placement, err := check(args)
	if err != nil {
		return nil, err
	}
	c := &Cluster{}
	if err := ctx.RegisterComponentResource("plinth:eks:Cluster", name, c, opts...); err != nil {
		return nil, fmt.Errorf("registering cluster %s: %w", name, err)
	}
	b := &builder{
		ctx: ctx, name: name, eksName: physicalName(ctx, name), args: args, placement: placement, self: c,
		version: cmp.Or(args.Spec.Version, versions.Default),
	}
	if c.Cluster, err = b.build(opts); err != nil {
		return nil, fmt.Errorf("making cluster %s: %w", name, err)
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"kubeconfig": c.Cluster.Kubeconfig,
		"registry":   c.Cluster.Services.Registry(),
	})
}

// physicalName is known before the cluster is there, as its log group must be. EKS takes 100 characters.
func physicalName(ctx *pulumi.Context, name string) string {
	full := ctx.Project() + "-" + ctx.Stack() + "-" + name
	return full[:min(100, len(full))]
}

// builder registers the children of one cluster.
type builder struct {
	ctx       *pulumi.Context
	name      string // prefix of logical names
	eksName   string // the cluster's name on aws
	version   string // of Kubernetes
	args      *cluster.Args
	placement cluster.Placement
	self      pulumi.Resource
	aws       pulumi.ProviderResource
	// clusterName is eksName once the control plane is there.
	clusterName pulumi.StringOutput
}

func (b *builder) build(opts []pulumi.ResourceOption) (*cluster.Cluster, error) {
	if err := b.useProvider(opts); err != nil {
		return nil, err
	}
	roles, err := b.newRoles()
	if err != nil {
		return nil, err
	}
	keys, err := b.newKeys(roles)
	if err != nil {
		return nil, err
	}
	net, err := b.newNetwork(keys)
	if err != nil {
		return nil, err
	}
	plane, err := b.newControlPlane(net, keys, roles)
	if err != nil {
		return nil, err
	}
	access, err := b.newAccess(plane)
	if err != nil {
		return nil, err
	}
	repositories, err := b.newRepositories(keys)
	if err != nil {
		return nil, err
	}

	kubeconfig := b.kubeconfig(plane)
	k8s, err := kubernetes.NewProvider(b.ctx, b.name+"-kubernetes", &kubernetes.ProviderArgs{
		Kubeconfig: kubeconfig,
		// The endpoint is the cluster's for as long as it lives, and another cluster of the same name has another.
		ClusterIdentifier: plane.Endpoint,
	}, b.child(pulumi.DependsOn(access))...)
	if err != nil {
		return nil, fmt.Errorf("reaching the cluster: %w", err)
	}

	before, err := b.newAddOns(plane, keys, true, nil)
	if err != nil {
		return nil, err
	}
	hooks, err := b.newHooks(kubeconfig)
	if err != nil {
		return nil, err
	}
	pools, err := b.newPools(plane, net, roles, before, hooks)
	if err != nil {
		return nil, err
	}
	after, err := b.newAddOns(plane, keys, false, pools.system)
	if err != nil {
		return nil, err
	}
	class, err := b.newStorageClass(k8s, keys)
	if err != nil {
		return nil, err
	}
	controllers, err := b.newControllers(k8s, plane, net, after)
	if err != nil {
		return nil, err
	}
	data, err := b.dataServices(net, keys, plane)
	if err != nil {
		return nil, err
	}

	return &cluster.Cluster{
		Provider:   k8s,
		Kubeconfig: kubeconfig,
		Ready:      slices.Concat(access, pools.all, after, controllers, []pulumi.Resource{class}, repositories),
		LoadBalancer: map[string]string{
			"service.beta.kubernetes.io/aws-load-balancer-type":            "external", // the controller's, not the in-tree one
			"service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
			"service.beta.kubernetes.io/aws-load-balancer-scheme":          "internet-facing",
			// Pods behind addresses would else see the load balancer's.
			"service.beta.kubernetes.io/aws-load-balancer-target-group-attributes": "preserve_client_ip.enabled=true",
			"service.beta.kubernetes.io/aws-load-balancer-attributes":              "load_balancing.cross_zone.enabled=true",
		},
		Services: &services{builder: b, keys: keys, account: roles.account, managed: data},
	}, nil
}

// useProvider takes the provider that the caller gave, or makes one.
func (b *builder) useProvider(opts []pulumi.ResourceOption) error {
	options, err := pulumi.NewResourceOptions(opts...)
	if err != nil {
		return fmt.Errorf("reading the resource options: %w", err)
	}
	for _, provider := range append(slices.Clone(options.Providers), options.Provider) {
		if given, ok := provider.(*aws.Provider); ok {
			b.aws = given
			return nil
		}
	}
	b.aws, err = aws.NewProvider(b.ctx, b.name+"-aws", &aws.ProviderArgs{
		Region:      pulumi.String(b.args.Region),
		DefaultTags: aws.ProviderDefaultTagsArgs{Tags: pulumi.ToStringMap(b.args.Tags)},
	}, pulumi.Parent(b.self))
	if err != nil {
		return fmt.Errorf("setting up the aws provider: %w", err)
	}
	return nil
}

// child are the options of a resource of the cloud.
func (b *builder) child(opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return b.below(b.self, opts...)
}

// kept are the options of a resource of the cloud whose loss would be the cluster's.
func (b *builder) kept(opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return b.child(append(opts, pulumi.Protect(b.args.Protect))...)
}

// below are the options of a resource of the cloud that is part of another component.
func (b *builder) below(parent pulumi.Resource, opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return append([]pulumi.ResourceOption{pulumi.Parent(parent), pulumi.Provider(b.aws)}, opts...)
}

// called are the tags that name a resource in the console.
func (b *builder) called(part string) pulumi.StringMap {
	return pulumi.StringMap{"Name": pulumi.String(b.eksName + "-" + part)}
}
