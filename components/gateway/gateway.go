package gateway

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/observe"
)

const (
	// Namespace of Envoy Gateway, its proxies, the Gateway and its certificates: its own default, as it is in most installations.
	Namespace = "envoy-gateway-system"
	// Name of the Gateway, its class and its EnvoyProxy.
	Name = "plinth"
	// PlainListener is the Gateway's listener for plain HTTP.
	PlainListener = "http"
)

// Proxies are the pods that serve the Gateway, as network policies name them.
func Proxies() network.Peer { return network.Peer{Namespace: Namespace, App: proxies} }

// Args describe the platform's gateway.
type Args struct {
	// Spec is complete and valid.
	Spec Spec
	// Mirror is the base that charts are had from. Default: each chart's own repository.
	Mirror string
	// LoadBalancer are the cloud's annotations of the proxies' Service.
	LoadBalancer map[string]string
	// TLS serves hosts over HTTPS alone, with the certificates that are asked for in Certificates. Default: plain HTTP.
	TLS bool
	// Domain of the platform. Its hosts share one certificate where Wildcards.
	Domain string
	// Wildcards tells whether certificates can be had for all hosts of the domain at once.
	Wildcards bool
	// Hosts of all routes.
	Hosts []string
	// Namespaces that routes are in. No others may take a host.
	Namespaces []string
	// Simulated is for nodes that run nothing: the webhook, which nobody would answer there, is left out.
	Simulated bool
	// Monitoring are the resources that bring Prometheus' kinds. Nil where there is no monitoring.
	Monitoring []pulumi.Resource
}

// Gateway is where the platform's hosts are served.
type Gateway struct {
	pulumi.ResourceState

	// Certificates to be issued in Namespace. The Gateway serves a host once its Secret is there.
	Certificates []Certificate
	// Namespace of the Gateway. What is made with it waits for the namespace.
	Namespace pulumi.StringOutput
	// Ready are the resources that routes depend on.
	Ready []pulumi.Resource
	// Installed are those that bring the kinds of the Gateway API.
	Installed []pulumi.Resource

	spec      Spec
	listeners listeners
}

// Certificate is one that a listener needs.
type Certificate struct {
	// Host that it is for; one that begins with *. stands for all hosts of a domain.
	Host string
	// Secret in Namespace that certificate and key are looked for in.
	Secret string
}

// builder is what the parts have in common.
type builder struct {
	ctx    *pulumi.Context
	name   string
	args   *Args
	self   *Gateway
	parent pulumi.ResourceOption
}

// New registers the gateway. It fails where there are more hosts than a Gateway has listeners for, and where a registration does.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Gateway, error) {
	g := &Gateway{spec: args.Spec}
	if err := ctx.RegisterComponentResource("plinth:gateway:Gateway", name, g, opts...); err != nil {
		return nil, fmt.Errorf("registering %s: %w", name, err)
	}
	b := &builder{ctx: ctx, name: name, args: args, self: g, parent: pulumi.Parent(g)}
	if err := b.build(); err != nil {
		return nil, fmt.Errorf("gateway: %w", err)
	}
	return g, ctx.RegisterResourceOutputs(g, pulumi.Map{"namespace": g.Namespace})
}

func (b *builder) build() error {
	listening, err := plan(b.args)
	if err != nil {
		return err
	}
	b.self.listeners, b.self.Certificates = listening, listening.certificates()

	program, err := charts.Install(b.ctx, b.name, &charts.InstallArgs{
		Chart: charts.EnvoyGateway, Mirror: b.args.Mirror, Present: !*b.args.Spec.Install, Namespace: Namespace,
		Values: b.values(), Pods: pods(),
	}, b.parent)
	if err != nil {
		return err
	}
	b.self.Namespace, b.self.Installed = program.Namespace, program.Ready
	if err := b.gateway(program); err != nil {
		return err
	}
	if b.args.Monitoring == nil {
		return nil
	}
	return observe.New(b.ctx, b.name, &observe.Args{
		Namespace: program.Namespace, App: proxies, Ports: []observe.Port{{Number: statsPort, Path: "/stats/prometheus"}}, Alerts: Alerts,
	}, b.parent, pulumi.DependsOn(b.args.Monitoring))
}
