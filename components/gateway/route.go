package gateway

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/custom"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
)

// Protocol that a workload speaks with the gateway.
type Protocol string

const (
	// HTTP is requests with one response each.
	HTTP Protocol = "http"
	// Websocket is HTTP whose connections may become streams.
	Websocket Protocol = "websocket"
	// GRPC is calls over HTTP/2, which may stream.
	GRPC Protocol = "grpc"
)

// Route publishes one port of a workload.
type Route struct {
	// Host that it is published under; one of Args.Hosts.
	Host string
	// Path prefix of it. Only HTTP and Websocket. Default /.
	Path string
	// Namespace of the workload. An output of the Namespace resource also orders the two.
	Namespace pulumi.StringInput
	// NamespaceName is the same name, known now; one of Args.Namespaces.
	NamespaceName string
	// App is the workload's name, its Service's, and what its pods are labelled with as app.kubernetes.io/name.
	App string
	// Port of the Service and of the pods.
	Port int
	// Protocol of the port.
	Protocol Protocol
	// RateLimit for each client address, such as 100/s, 600/m or 1000/h, in each of the proxies. Default none.
	RateLimit string
	// Timeout of a request in seconds. 0 for the gateway's own.
	Timeout int
	// MaxBody of a request, in bytes. Empty for the gateway's own.
	MaxBody spec.Quantity
}

// routed is a published workload.
type routed struct{ pulumi.ResourceState }

// NewRoute registers a route with its limits, and opens the way from the proxies to that port and no other. It fails where the
// rate limit cannot be read, and where a registration does.
func (g *Gateway) NewRoute(ctx *pulumi.Context, name string, route *Route, opts ...pulumi.ResourceOption) error {
	self := &routed{}
	if err := ctx.RegisterComponentResource("plinth:gateway:Route", name, self, opts...); err != nil {
		return fmt.Errorf("registering the route of %s: %w", name, err)
	}
	if err := g.publish(ctx, name, route, pulumi.Parent(self), pulumi.DependsOn(g.Ready)); err != nil {
		return fmt.Errorf("publishing %s: %w", name, err)
	}
	return ctx.RegisterResourceOutputs(self, pulumi.Map{"host": pulumi.String(route.Host)})
}

func (g *Gateway) publish(ctx *pulumi.Context, name string, route *Route, opts ...pulumi.ResourceOption) error {
	in, err := network.Allow(ctx, name+"-route", &network.Rules{
		Namespace: route.Namespace, App: route.App, Ports: []int{route.Port}, From: []network.Peer{Proxies()},
	}, opts...)
	if err != nil {
		return err
	}
	out, err := network.Allow(ctx, name+"-route-out", &network.Rules{
		Namespace: g.Namespace, App: proxies, To: []network.Peer{{Namespace: route.NamespaceName, App: route.App, Ports: []int{route.Port}}},
	}, opts...)
	if err != nil {
		return err
	}
	opts = append(opts, pulumi.DependsOn([]pulumi.Resource{in, out}))
	if _, err := custom.New(ctx, name, &custom.Object{
		APIVersion: gatewayAPI, Kind: route.kind(), Name: route.App, Namespace: route.Namespace,
		Spec: pulumi.Map{
			"parentRefs": parents(g.listeners.serving(route.Host)), "hostnames": pulumi.ToStringArray([]string{route.Host}),
			"rules": pulumi.MapArray{route.rule()},
		},
	}, opts...); err != nil {
		return err
	}
	limits, err := g.limits(route)
	if err != nil {
		return err
	}
	_, err = custom.New(ctx, name+"-limits", &custom.Object{
		APIVersion: envoyAPI, Kind: "BackendTrafficPolicy", Name: route.App, Namespace: route.Namespace, Spec: limits,
	}, opts...)
	return err
}

func (r *Route) kind() string {
	if r.Protocol == GRPC {
		return "GRPCRoute"
	}
	return "HTTPRoute"
}

func (r *Route) rule() pulumi.Map {
	rule := pulumi.Map{"backendRefs": pulumi.MapArray{pulumi.Map{"name": pulumi.String(r.App), "port": pulumi.Int(r.Port)}}}
	if r.Protocol != GRPC {
		rule["matches"] = pulumi.MapArray{pulumi.Map{"path": pulumi.Map{
			"type": pulumi.String("PathPrefix"), "value": pulumi.String(cmp.Or(r.Path, "/")),
		}}}
	}
	return rule
}

// limits of a stream are none in time and size: a proxy that waits for the whole of it would never pass it on.
func (g *Gateway) limits(route *Route) (pulumi.Map, error) {
	limits := pulumi.Map{"targetRefs": pulumi.MapArray{pulumi.Map{
		"group": pulumi.String("gateway.networking.k8s.io"), "kind": pulumi.String(route.kind()), "name": pulumi.String(route.App),
	}}}
	timeout := "0s"
	if route.Protocol == HTTP {
		timeout = fmt.Sprintf("%ds", cmp.Or(route.Timeout, g.spec.Timeout))
		// In bytes: not every quantity is one that the definition takes.
		size, err := cmp.Or(route.MaxBody, g.spec.MaxBody).Parse()
		if err != nil {
			return nil, fmt.Errorf("size of requests: %w", err)
		}
		limits["requestBuffer"] = pulumi.Map{"limit": pulumi.Int(size.Value())}
	}
	limits["timeout"] = pulumi.Map{"http": pulumi.Map{"requestTimeout": pulumi.String(timeout)}}
	if route.RateLimit == "" {
		return limits, nil
	}
	requests, unit, err := rate(route.RateLimit)
	if err != nil {
		return nil, err
	}
	limits["rateLimit"] = pulumi.Map{"local": pulumi.Map{"rules": pulumi.MapArray{pulumi.Map{
		"clientSelectors": pulumi.MapArray{pulumi.Map{"sourceCIDR": pulumi.Map{
			"type": pulumi.String("Distinct"), "value": pulumi.String("0.0.0.0/0"),
		}}},
		"limit": pulumi.Map{"requests": pulumi.Int(requests), "unit": pulumi.String(unit)},
	}}}}
	return limits, nil
}

var units = map[string]string{"s": "Second", "m": "Minute", "h": "Hour"}

func rate(text string) (requests int, unit string, err error) {
	number, per, _ := strings.Cut(text, "/")
	requests, err = strconv.Atoi(number)
	if err != nil || requests < 1 || units[per] == "" {
		return 0, "", fmt.Errorf("rate limit: found %s, allowed is a number of requests for each s, m or h, such as 100/s; write it so", text)
	}
	return requests, units[per], nil
}
