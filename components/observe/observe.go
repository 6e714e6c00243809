package observe

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/custom"
	"github.com/plinth-iac/plinth/components/network"
)

// Args say what is scraped and watched.
type Args struct {
	// Namespace of the pods.
	Namespace pulumi.StringInput
	// App selects the pods: those labelled app.kubernetes.io/name=<App>.
	App string
	// Service that the pods are found through, by its name: what they tell has the label service, then. Its labels are App's too.
	// Default: the pods are found by themselves.
	Service string
	// Ports of the pods that serve metrics. None leaves the scraping out.
	Ports []Port
	// Alerts about them. None, and no Recordings either, leaves the rules out.
	Alerts []Alert
	// Recordings that are kept beside them. Default none.
	Recordings []Recording
}

// Port of a pod that serves metrics; its container declares it.
type Port struct {
	// Number of the TCP port.
	Number int
	// Path of the metrics. Default /metrics.
	Path string
	// Params of the request's URL.
	Params map[string][]string
	// TLS without a look at the certificate: who is asked is known by the address.
	TLS bool
}

// Prometheus is who scrapes, as network policies name it: the pods of the platform's own.
func Prometheus() network.Peer { return network.Peer{Namespace: "monitoring", App: "prometheus"} }

// New registers what watches over an app, under name. opts must carry the parent and depend on the Prometheus operator.
// It fails only where a registration does.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) error {
	if len(args.Ports) > 0 {
		if err := scrape(ctx, name, args, opts); err != nil {
			return err
		}
	}
	if len(args.Alerts)+len(args.Recordings) == 0 {
		return nil
	}
	_, err := custom.New(ctx, name, &custom.Object{
		APIVersion: "monitoring.coreos.com/v1", Kind: "PrometheusRule", Name: name, Namespace: args.Namespace,
		Spec: pulumi.ToMap(Rules(name, args.Alerts, args.Recordings...)),
	}, opts...)
	return err
}

func scrape(ctx *pulumi.Context, name string, args *Args, opts []pulumi.ResourceOption) error {
	var numbers []int
	for _, port := range args.Ports {
		if !slices.Contains(numbers, port.Number) {
			numbers = append(numbers, port.Number)
		}
	}
	if _, err := network.Allow(ctx, name+"-metrics", &network.Rules{
		Namespace: args.Namespace, App: args.App, Ports: numbers, From: []network.Peer{Prometheus()},
	}, opts...); err != nil {
		return err
	}
	kind, list := "PodMonitor", "podMetricsEndpoints"
	if args.Service != "" {
		kind, list = "ServiceMonitor", "endpoints"
	}
	_, err := custom.New(ctx, name, &custom.Object{
		APIVersion: "monitoring.coreos.com/v1", Kind: kind, Name: name, Namespace: args.Namespace,
		Spec: pulumi.Map{
			"selector": pulumi.Map{"matchLabels": pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(args.App)}},
			list:       args.endpoints(),
		},
	}, opts...)
	return err
}

func (a *Args) endpoints() pulumi.Array {
	var endpoints pulumi.Array
	for _, port := range a.Ports {
		endpoint := pulumi.Map{"portNumber": pulumi.Int(port.Number)}
		if a.Service != "" {
			endpoint = pulumi.Map{
				"targetPort": pulumi.Int(port.Number),
				// A StatefulSet's pods have another Service, for their own names, with the same labels.
				"relabelings": pulumi.Array{pulumi.Map{
					"action": pulumi.String("keep"), "sourceLabels": pulumi.ToStringArray([]string{"__meta_kubernetes_service_name"}),
					"regex": pulumi.String(a.Service),
				}},
			}
		}
		if port.Path != "" {
			endpoint["path"] = pulumi.String(port.Path)
		}
		if len(port.Params) > 0 {
			endpoint["params"] = pulumi.ToStringArrayMap(port.Params)
		}
		if port.TLS {
			endpoint["scheme"] = pulumi.String("https")
			endpoint["tlsConfig"] = pulumi.Map{"insecureSkipVerify": pulumi.Bool(true)}
		}
		endpoints = append(endpoints, endpoint)
	}
	return endpoints
}
