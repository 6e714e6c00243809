package platform

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/certmanager"
	"github.com/plinth-iac/plinth/components/externaldns"
	"github.com/plinth-iac/plinth/components/gateway"
	"github.com/plinth-iac/plinth/components/workload"
)

// addGateway makes what publishes workloads: the gateway, the certificates of its hosts, and their names in DNS. cert-manager and
// ExternalDNS start beside each other, once the kinds of the Gateway API that they watch are there.
func (p *platform) addGateway(ctx *pulumi.Context) error {
	if p.services[gatewayService] {
		made, err := gateway.New(ctx, "gateway", p.gatewayArgs(), p.inCluster())
		if err != nil {
			return err
		}
		p.gateway = made
	}
	if err := p.addCertificates(ctx); err != nil {
		return err
	}
	if !p.services[dnsService] || p.gateway == nil {
		return nil
	}
	_, err := externaldns.New(ctx, "external-dns", &externaldns.Args{
		Mirror: p.cfg.Charts, Zone: p.cfg.Zone(), Owner: ctx.Project() + "-" + ctx.Stack(),
		Gateway: gateway.Name, GatewayNamespace: gateway.Namespace, Services: p.cluster.Services,
		Monitoring: p.monitoring,
	}, p.inCluster(), pulumi.DependsOn(p.gateway.Installed))
	return err
}

func (p *platform) gatewayArgs() *gateway.Args {
	args := &gateway.Args{
		Spec: p.cfg.Gateway, Mirror: p.cfg.Charts, LoadBalancer: p.cluster.LoadBalancer, Simulated: p.cfg.Simulated,
		TLS: p.services[certificatesService], Domain: p.cfg.Domain, Wildcards: !p.needsGateway(), Monitoring: p.monitoring,
	}
	for _, name := range p.cfg.Routed() {
		w := p.cfg.Workloads[name]
		args.Hosts = append(args.Hosts, p.cfg.HostName(w.Route.Host))
		args.Namespaces = append(args.Namespaces, w.Namespace)
	}
	slices.Sort(args.Namespaces)
	args.Namespaces = slices.Compact(args.Namespaces)
	return args
}

func (p *platform) addCertificates(ctx *pulumi.Context) error {
	if !p.services[certificatesService] {
		return nil
	}
	args := &certmanager.Args{
		Spec: p.cfg.Certificates, Mirror: p.cfg.Charts, Zone: p.cfg.Zone(), Services: p.cluster.Services, Replicas: p.replicas(),
		Monitoring: p.monitoring, Simulated: p.cfg.Simulated,
	}
	var after []pulumi.Resource
	if p.gateway != nil {
		after = p.gateway.Installed
		args.Gateway = &certmanager.Gateway{
			Namespace: gateway.Namespace, Name: gateway.Name, Listener: gateway.PlainListener, Proxies: gateway.Proxies(),
		}
	}
	made, err := certmanager.New(ctx, "cert-manager", args, p.inCluster(), pulumi.DependsOn(after))
	if err != nil {
		return err
	}
	p.certManager = made.Ready
	if p.gateway == nil {
		return nil
	}
	for _, wanted := range p.gateway.Certificates {
		_, err := made.NewCertificate(ctx, "gateway-"+wanted.Secret, &certmanager.Certificate{
			Name: wanted.Secret, Namespace: p.gateway.Namespace, Hosts: []string{wanted.Host}, Secret: wanted.Secret,
		}, p.inCluster(), pulumi.Parent(p.gateway))
		if err != nil {
			return err
		}
	}
	return nil
}

// publish makes a workload's route, where the platform has a gateway.
func (p *platform) publish(ctx *pulumi.Context, name string, spec workload.Spec) error {
	if !p.publishes(spec) {
		return nil
	}
	route := spec.Route
	return p.gateway.NewRoute(ctx, name, &gateway.Route{
		Host: p.cfg.HostName(route.Host), Path: route.Path, App: name, Port: spec.Ports[route.Port], Protocol: protocolOf(route.Port),
		Namespace: p.namespaces[spec.Namespace], NamespaceName: spec.Namespace,
		RateLimit: route.RateLimit, Timeout: route.Timeout, MaxBody: route.MaxBody,
	}, p.inCluster())
}

func (p *platform) publishes(spec workload.Spec) bool { return p.gateway != nil && spec.Route != nil }

func protocolOf(port string) gateway.Protocol {
	switch {
	case workload.IsGRPC(port):
		return gateway.GRPC
	case workload.IsWebsocket(port):
		return gateway.Websocket
	}
	return gateway.HTTP
}
