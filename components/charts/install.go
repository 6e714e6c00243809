package charts

import (
	"cmp"
	"fmt"

	helm "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/namespace"
	"github.com/plinth-iac/plinth/components/network"
)

// InstallArgs describe one installation of a chart.
type InstallArgs struct {
	// Chart to install.
	Chart Chart
	// Mirror is the base that charts are had from. Default: the chart's own repository.
	Mirror string
	// Present says that the chart is in the cluster already: then nothing is made.
	Present bool
	// Namespace that the release goes to.
	Namespace string
	// In is that namespace where it is made already, as for a second chart. Default: it is made here, and closed.
	In pulumi.StringInput
	// PodSecurity is the level of a namespace that is made here. Default restricted; a lower one needs a reason beside it.
	PodSecurity namespace.Level
	// Values of the chart; chartstest checks them.
	Values pulumi.Map
	// Pods are what the chart's pods may be reached by and may reach, beside DNS, by the name that they are labelled with.
	// Namespace and App are filled in.
	Pods map[string]network.Rules
	// Timeout in seconds until the release must be ready. Default 900.
	Timeout int
}

// Installation is a chart in the cluster.
type Installation struct {
	pulumi.ResourceState

	// Namespace of the release. What is made with it waits for the namespace, not for the release.
	Namespace pulumi.StringOutput
	// Ready are the resources that what needs the chart depends on: its custom resources come after its definitions and its
	// webhook, and go while its controller is there to finish them. Empty where the chart was present.
	Ready []pulumi.Resource
}

// Install registers a namespace, the network policies of the chart's pods, and the release, in that order. It fails only where a
// registration does.
func Install(ctx *pulumi.Context, name string, args *InstallArgs, opts ...pulumi.ResourceOption) (*Installation, error) {
	i := &Installation{Namespace: pulumi.String(args.Namespace).ToStringOutput()}
	if err := ctx.RegisterComponentResource("plinth:charts:Installation", name, i, opts...); err != nil {
		return nil, fmt.Errorf("registering installation %s: %w", name, err)
	}
	if !args.Present {
		if err := i.install(ctx, name, args); err != nil {
			return nil, fmt.Errorf("installing %s: %w", args.Chart.Name, err)
		}
	}
	return i, ctx.RegisterResourceOutputs(i, pulumi.Map{"namespace": i.Namespace})
}

func (i *Installation) install(ctx *pulumi.Context, name string, args *InstallArgs) error {
	if args.In != nil {
		i.Namespace = args.In.ToStringOutput()
	} else {
		ns, err := namespace.New(ctx, name, &namespace.Args{Name: args.Namespace, PodSecurity: args.PodSecurity}, pulumi.Parent(i))
		if err != nil {
			return err
		}
		i.Namespace = ns.Name
	}
	policies, err := i.policies(ctx, name, args)
	if err != nil {
		return err
	}
	release := args.Chart.Release(args.Mirror)
	release.Namespace, release.Values = i.Namespace, args.Values
	release.Timeout = pulumi.Int(cmp.Or(args.Timeout, waitSeconds))
	made, err := helm.NewRelease(ctx, name, release, pulumi.Parent(i), pulumi.DependsOn(policies))
	if err != nil {
		return err
	}
	i.Ready = append(policies, made)
	return nil
}
