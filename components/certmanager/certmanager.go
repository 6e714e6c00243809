package certmanager

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/observe"
)

// Namespace that cert-manager is installed in. Its ServiceAccount has the same name, as has that of most installations elsewhere.
const Namespace = "cert-manager"

// Args are what certificates are issued with.
type Args struct {
	// Spec is complete and valid.
	Spec Spec
	// Mirror is the base that charts are had from. Default: each chart's own repository.
	Mirror string
	// Zone of the cloud's DNS that proves domains, wildcards too. Default: the gateway proves them, one host at a time.
	Zone *cluster.Zone
	// Services grant access to Zone.
	Services cluster.Services
	// Gateway that answers Let's Encrypt's questions where there is no Zone. Needed then, unless the issuer is private.
	Gateway *Gateway
	// Replicas of each of its programs, of which one works and the others wait. Default 1.
	Replicas int
	// Simulated is for nodes that run nothing: nobody would answer the webhook there. It is then not asked about what is in namespaces,
	// and ClusterIssuers, about which it always is, are left out.
	Simulated bool
	// Monitoring are the resources that bring Prometheus' kinds. Nil where there is no monitoring.
	Monitoring []pulumi.Resource
}

// Gateway is a listener for plain HTTP of a Gateway.
type Gateway struct {
	// Namespace and Name of the Gateway, and Listener by its name. Certificates that it proves are made in its namespace.
	Namespace, Name, Listener string
	// Proxies are the pods that answer for it.
	Proxies network.Peer
}

// CertManager issues certificates.
type CertManager struct {
	pulumi.ResourceState

	// Issuer that signs what NewCertificate asks for.
	Issuer Issuer
	// Wildcards tells whether it can prove a domain with all of its hosts.
	Wildcards bool
	// Ready are the resources that certificates depend on: the program, its webhook and the issuers.
	Ready []pulumi.Resource
}

// builder is what the parts have in common.
type builder struct {
	ctx    *pulumi.Context
	name   string
	args   *Args
	self   *CertManager
	parent pulumi.ResourceOption
}

// New registers cert-manager and its issuers. It fails where Let's Encrypt has neither a zone nor a gateway to prove domains with,
// and where a registration does.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*CertManager, error) {
	c := &CertManager{Issuer: args.Spec.Issuer, Wildcards: args.Spec.Issuer == Private || args.Zone != nil}
	if err := ctx.RegisterComponentResource("plinth:certmanager:CertManager", name, c, opts...); err != nil {
		return nil, fmt.Errorf("registering %s: %w", name, err)
	}
	b := &builder{ctx: ctx, name: name, args: args, self: c, parent: pulumi.Parent(c)}
	if err := b.build(); err != nil {
		return nil, fmt.Errorf("cert-manager: %w", err)
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"issuer": pulumi.String(c.Issuer)})
}

func (b *builder) build() error {
	identity, err := b.identity()
	if err != nil {
		return err
	}
	program, err := charts.Install(b.ctx, b.name, &charts.InstallArgs{
		Chart: charts.CertManager, Mirror: b.args.Mirror, Present: !*b.args.Spec.Install, Namespace: Namespace,
		Values: b.values(identity), Pods: b.pods(),
	}, b.parent, pulumi.DependsOn(identity.Resources))
	if err != nil {
		return err
	}
	issuers, err := b.issuers(program, identity)
	if err != nil {
		return err
	}
	b.self.Ready = append(append([]pulumi.Resource{}, program.Ready...), issuers...)
	if b.args.Monitoring == nil {
		return nil
	}
	return observe.New(b.ctx, b.name, &observe.Args{
		Namespace: program.Namespace, App: controller, Ports: []observe.Port{{Number: metricsPort}}, Alerts: Alerts,
	}, b.parent, pulumi.DependsOn(b.args.Monitoring))
}

// identity may change records of the zone. It is empty where there is none.
func (b *builder) identity() (*cluster.Identity, error) {
	if b.args.Zone == nil || b.args.Spec.Issuer == Private {
		return &cluster.Identity{}, nil
	}
	return b.args.Services.Grant(b.ctx, b.name, &cluster.GrantArgs{
		Namespace: Namespace, ServiceAccount: controller,
		Access: []cluster.Access{{Zone: pulumi.String(b.args.Zone.ID), Write: true}},
	}, b.parent)
}
