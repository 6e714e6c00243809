package gpu

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/namespace"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/observe"
)

const (
	// Namespace that the exporter is installed in.
	Namespace = "gpu-metrics"
	// app is what the chart names its pods, and metricsPort the port of those: its templates, 4.8.2.
	app         = "dcgm-exporter"
	metricsPort = 9400
)

// Args say where the GPUs are.
type Args struct {
	// Mirror is the base that charts are had from. Default: the chart's own repository.
	Mirror string
	// Cloud that the cluster runs on: aws, gcp or azure; empty where it is not known.
	Cloud string
	// Monitoring are the resources that bring Prometheus' kinds.
	Monitoring []pulumi.Resource
}

// Metrics are those of the GPUs.
type Metrics struct{ pulumi.ResourceState }

// NewMetrics registers the exporter, and what watches over the GPUs. It fails only where a registration does.
func NewMetrics(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Metrics, error) {
	m := &Metrics{}
	if err := ctx.RegisterComponentResource("plinth:gpu:Metrics", name, m, opts...); err != nil {
		return nil, fmt.Errorf("registering %s: %w", name, err)
	}
	parent := pulumi.Parent(m)
	program, err := charts.Install(ctx, name, &charts.InstallArgs{
		Chart: charts.DCGMExporter, Mirror: args.Mirror, Namespace: Namespace, PodSecurity: namespace.Privileged,
		Values: args.values(), Pods: map[string]network.Rules{app: {}},
	}, parent)
	if err != nil {
		return nil, err
	}
	err = observe.New(ctx, name, &observe.Args{
		Namespace: program.Namespace, App: app, Ports: []observe.Port{{Number: metricsPort}}, Alerts: Alerts,
	}, parent, pulumi.DependsOn(args.Monitoring))
	if err != nil {
		return nil, err
	}
	return m, ctx.RegisterResourceOutputs(m, pulumi.Map{})
}
