package gateway

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/custom"
)

const (
	gatewayAPI = "gateway.networking.k8s.io/v1"
	envoyAPI   = "gateway.envoyproxy.io/v1alpha1"
)

// gateway makes the Gateway with what stands above and beside it. Each waits for the one that it names, and so goes before it: the
// class has a finalizer for as long as it has a Gateway.
func (b *builder) gateway(program *charts.Installation) error {
	proxy, err := b.object(program, "EnvoyProxy", "proxy", Name, b.proxy(), program.Ready)
	if err != nil {
		return err
	}
	class, err := custom.New(b.ctx, b.name+"-class", &custom.Object{
		APIVersion: gatewayAPI, Kind: "GatewayClass", Name: Name,
		Spec: pulumi.Map{
			"controllerName": pulumi.String("gateway.envoyproxy.io/gatewayclass-controller"),
			"parametersRef": pulumi.Map{
				"group": pulumi.String("gateway.envoyproxy.io"), "kind": pulumi.String("EnvoyProxy"),
				"name": pulumi.String(Name), "namespace": program.Namespace,
			},
		},
	}, b.parent, pulumi.DependsOn([]pulumi.Resource{proxy}))
	if err != nil {
		return err
	}
	gateway, err := custom.New(b.ctx, b.name, &custom.Object{
		APIVersion: gatewayAPI, Kind: "Gateway", Name: Name, Namespace: program.Namespace,
		Spec: pulumi.Map{"gatewayClassName": pulumi.String(Name), "listeners": b.self.listeners.objects(b.args.Namespaces)},
	}, b.parent, pulumi.DependsOn([]pulumi.Resource{class}))
	if err != nil {
		return err
	}
	b.self.Ready = []pulumi.Resource{gateway}
	after := b.self.Ready
	if _, err := b.object(program, "ClientTrafficPolicy", "plain", PlainListener, clients([]string{PlainListener}), after); err != nil {
		return err
	}
	if len(b.self.listeners) == 0 {
		return nil
	}
	if _, err := b.object(program, "ClientTrafficPolicy", "tls", "https", b.tlsClients(), after); err != nil {
		return err
	}
	return b.redirect(program, after)
}

func (b *builder) object(
	program *charts.Installation, kind, what, name string, spec pulumi.Map, after []pulumi.Resource,
) (pulumi.Resource, error) {
	return custom.New(b.ctx, b.name+"-"+what, &custom.Object{
		APIVersion: envoyAPI, Kind: kind, Name: name, Namespace: program.Namespace, Spec: spec,
	}, b.parent, pulumi.DependsOn(after))
}

// clients keeps slow ones from holding connections: a request has five minutes to arrive, and its headers ten seconds.
func clients(listening []string) pulumi.Map {
	var targets pulumi.MapArray
	for _, listener := range listening {
		targets = append(targets, pulumi.Map{
			"group": pulumi.String("gateway.networking.k8s.io"), "kind": pulumi.String("Gateway"), "name": pulumi.String(Name),
			"sectionName": pulumi.String(listener),
		})
	}
	return pulumi.Map{
		"targetRefs": targets,
		"timeout": pulumi.Map{
			"tcp": pulumi.Map{"tlsHandshakeTimeout": pulumi.String("10s")},
			"http": pulumi.Map{
				"requestHeadersReceivedTimeout": pulumi.String("10s"), "requestReceivedTimeout": pulumi.String("300s"),
				"idleTimeout": pulumi.String("300s"),
			},
		},
	}
}

func (b *builder) tlsClients() pulumi.Map {
	var names []string
	for _, host := range b.self.listeners {
		names = append(names, listenerName(host))
	}
	spec := clients(names)
	spec["tls"] = pulumi.Map{"minVersion": pulumi.String("1.2")}
	if days := *b.args.Spec.HSTS; days > 0 {
		spec["headers"] = pulumi.Map{"lateResponseHeaders": pulumi.Map{"set": pulumi.MapArray{pulumi.Map{
			"name": pulumi.String("Strict-Transport-Security"), "value": pulumi.String(fmt.Sprintf("max-age=%d", days*24*60*60)),
		}}}}
	}
	return spec
}

// redirect sends plain HTTP to HTTPS, but for the exact paths by which domains are proved: those match before a prefix does.
func (b *builder) redirect(program *charts.Installation, after []pulumi.Resource) error {
	_, err := custom.New(b.ctx, b.name+"-redirect", &custom.Object{
		APIVersion: gatewayAPI, Kind: "HTTPRoute", Name: "redirect", Namespace: program.Namespace,
		// It has no hosts, of which there could be records.
		Spec: pulumi.Map{
			"parentRefs": parents(PlainListener),
			"rules": pulumi.MapArray{pulumi.Map{"filters": pulumi.MapArray{pulumi.Map{
				"type": pulumi.String("RequestRedirect"), "requestRedirect": pulumi.Map{"scheme": pulumi.String("https"), "statusCode": pulumi.Int(301)},
			}}}},
		},
	}, b.parent, pulumi.DependsOn(after))
	return err
}

func parents(listener string) pulumi.MapArray {
	return pulumi.MapArray{pulumi.Map{
		"group": pulumi.String("gateway.networking.k8s.io"), "kind": pulumi.String("Gateway"),
		"namespace": pulumi.String(Namespace), "name": pulumi.String(Name), "sectionName": pulumi.String(listener),
	}}
}
