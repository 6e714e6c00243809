package monitoring

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/namespace"
	"github.com/plinth-iac/plinth/components/observe"
)

const (
	// Namespace that all of it is in, but node-exporter.
	Namespace = "monitoring"
	// NodesNamespace is node-exporter's own.
	NodesNamespace = "monitoring-nodes"
)

// Args say what is watched, and how.
type Args struct {
	// Spec is complete and valid.
	Spec Spec
	// Mirror is the base that charts are had from. Default: each chart's own repository.
	Mirror string
	// Cloud that the cluster runs on: aws, gcp or azure; empty where it is not known.
	Cloud string
	// Random is the provider that generates Grafana's password.
	Random pulumi.ProviderResource
	// Simulated is for nodes that run nothing: nobody would answer the webhook there, nor run the Jobs that prepare it.
	Simulated bool
}

// Monitoring watches the cluster.
type Monitoring struct {
	pulumi.ResourceState

	// Namespace of Prometheus, Alertmanager and Grafana.
	Namespace pulumi.StringOutput
	// Ready are the resources that monitors and rules depend on. Not nil, and empty where the chart was there already.
	Ready []pulumi.Resource
	// Access are the commands that reach Grafana and show the password of its user admin; empty where the chart was there already.
	Access pulumi.StringMapOutput
}

// builder is what the parts have in common.
type builder struct {
	ctx    *pulumi.Context
	name   string
	args   *Args
	self   *Monitoring
	parent pulumi.ResourceOption
}

// New registers what watches. It fails only where a registration does.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Monitoring, error) {
	m := &Monitoring{Access: pulumi.StringMap{}.ToStringMapOutput()}
	if err := ctx.RegisterComponentResource("plinth:monitoring:Monitoring", name, m, opts...); err != nil {
		return nil, fmt.Errorf("registering %s: %w", name, err)
	}
	b := &builder{ctx: ctx, name: name, args: args, self: m, parent: pulumi.Parent(m)}
	if err := b.build(); err != nil {
		return nil, fmt.Errorf("monitoring: %w", err)
	}
	return m, ctx.RegisterResourceOutputs(m, pulumi.Map{"namespace": m.Namespace, "access": m.Access})
}

func (b *builder) build() error {
	if *b.args.Spec.Install {
		if err := b.install(); err != nil {
			return err
		}
	} else {
		b.self.Namespace, b.self.Ready = pulumi.String(Namespace).ToStringOutput(), []pulumi.Resource{}
	}
	return observe.New(b.ctx, b.name+"-requests", &observe.Args{
		Namespace: b.self.Namespace, Recordings: observe.Requests(),
	}, b.parent, pulumi.DependsOn(b.self.Ready))
}

func (b *builder) install() error {
	in, err := namespace.New(b.ctx, b.name, &namespace.Args{Name: Namespace}, b.parent)
	if err != nil {
		return err
	}
	// Privileged, as node-exporter runs in its node's network and among its processes, and reads all of its file systems.
	nodes, err := namespace.New(b.ctx, b.name+"-nodes", &namespace.Args{
		Name: NodesNamespace, PodSecurity: namespace.Privileged,
	}, b.parent)
	if err != nil {
		return err
	}
	doors, err := b.doors(in.Name)
	if err != nil {
		return err
	}
	disks, err := b.disks(in.Name)
	if err != nil {
		return err
	}
	login, err := b.login(in.Name)
	if err != nil {
		return err
	}
	program, err := charts.Install(b.ctx, b.name, &charts.InstallArgs{
		Chart: charts.KubePrometheusStack, Mirror: b.args.Mirror, Namespace: Namespace, In: in.Name,
		Values: b.values(nodes.Name, login), Pods: b.pods(),
	}, b.parent, pulumi.DependsOn(append(doors, disks...)))
	if err != nil {
		return err
	}
	b.self.Namespace, b.self.Ready = program.Namespace, program.Ready
	return nil
}
