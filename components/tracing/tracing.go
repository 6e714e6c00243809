package tracing

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/grafana"
	"github.com/plinth-iac/plinth/components/namespace"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/observe"
)

// Namespace of all that takes and keeps traces.
const Namespace = "tracing"

// Endpoint is where programs send their traces, by OTLP over HTTP. By gRPC the port is 4317.
const Endpoint = "http://" + collector + "." + Namespace + ".svc:4318"

// Collector is what they send them to, as network policies name it.
func Collector() network.Peer {
	return network.Peer{Namespace: Namespace, App: collector, Ports: otlpPorts}
}

// Args say whose traces are kept, and how.
type Args struct {
	// Spec is complete and valid.
	Spec Spec
	// Mirror is the base that charts are had from. Default: each chart's own repository.
	Mirror string
	// Clients send traces; nobody else may.
	Clients []network.Peer
	// Replicas of the collector. Default 1.
	Replicas int
	// Monitoring are the resources that bring Prometheus' kinds, beside which Grafana is. Nil where there is no monitoring.
	Monitoring []pulumi.Resource
	// Grafana is its namespace, where there is monitoring.
	Grafana pulumi.StringInput
}

// Tracing takes and keeps traces.
type Tracing struct{ pulumi.ResourceState }

// builder is what the parts have in common.
type builder struct {
	ctx       *pulumi.Context
	name      string
	args      *Args
	namespace pulumi.StringOutput
	parent    pulumi.ResourceOption
}

// New registers the collector and Jaeger, which start beside each other, and nothing where there is a collector already. It fails only
// where a registration does.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Tracing, error) {
	t := &Tracing{}
	if err := ctx.RegisterComponentResource("plinth:tracing:Tracing", name, t, opts...); err != nil {
		return nil, fmt.Errorf("registering %s: %w", name, err)
	}
	if *args.Spec.Install {
		b := &builder{ctx: ctx, name: name, args: args, parent: pulumi.Parent(t)}
		if err := b.build(); err != nil {
			return nil, fmt.Errorf("traces: %w", err)
		}
	}
	return t, ctx.RegisterResourceOutputs(t, pulumi.Map{})
}

func (b *builder) build() error {
	ns, err := namespace.New(b.ctx, b.name, &namespace.Args{Name: Namespace}, b.parent)
	if err != nil {
		return err
	}
	b.namespace = ns.Name
	for _, step := range []func() error{b.jaeger, b.collector, b.observe} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// observe has both scraped and watched, and Grafana ask Jaeger.
func (b *builder) observe() error {
	if b.args.Monitoring == nil {
		return nil
	}
	after := pulumi.DependsOn(b.args.Monitoring)
	for _, watched := range []observe.Args{
		{App: collector, Alerts: Alerts},
		{App: jaeger, Alerts: observe.Disks("Traces", Namespace, jaeger, "tracing")},
	} {
		watched.Namespace, watched.Ports = b.namespace, []observe.Port{{Number: metricsPort}}
		if err := observe.New(b.ctx, b.name+"-"+watched.App, &watched, b.parent, after); err != nil {
			return err
		}
	}
	return grafana.NewDatasource(b.ctx, "grafana-"+grafana.Jaeger, &grafana.Datasource{
		Namespace: b.args.Grafana, UID: grafana.Jaeger, Title: "Jaeger", Type: "jaeger",
		URL: fmt.Sprintf("http://%s.%s.svc:%d", jaeger, Namespace, queryPort),
	}, b.parent, after)
}
