package existing

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// Args say which cluster.
type Args struct {
	// Identifier stands for the cluster for as long as the stack lives. Changing it replaces everything installed
	// through the provider; changing the kubeconfig does not.
	Identifier string
	// Kubeconfig is the path of a kubeconfig file. Default: $KUBECONFIG, else ~/.kube/config.
	Kubeconfig string
	// Context of the kubeconfig. Default: its current context.
	Context string
}

// Existing is a cluster that Plinth did not make.
type Existing struct {
	pulumi.ResourceState

	// Cluster is the contract that the rest of the platform is built on.
	Cluster *cluster.Cluster
}

// New registers the provider that reaches the cluster. It fails only where the registration does.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Existing, error) {
	c := &Existing{}
	if err := ctx.RegisterComponentResource("plinth:existing:Cluster", name, c, opts...); err != nil {
		return nil, fmt.Errorf("registering cluster %s: %w", name, err)
	}

	provider := &kubernetes.ProviderArgs{ClusterIdentifier: pulumi.String(args.Identifier)}
	if args.Kubeconfig != "" {
		provider.Kubeconfig = pulumi.String(args.Kubeconfig)
	}
	if args.Context != "" {
		provider.Context = pulumi.String(args.Context)
	}
	k8s, err := kubernetes.NewProvider(ctx, name+"-kubernetes", provider, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("reaching cluster %s: %w", name, err)
	}

	c.Cluster = &cluster.Cluster{Provider: k8s}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{})
}
