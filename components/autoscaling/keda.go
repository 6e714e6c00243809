package autoscaling

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/observe"
)

// The names that the chart gives KEDA's pods, and their ports: its templates, 2.20.2.
const (
	// KEDANamespace is that of all of KEDA.
	KEDANamespace = "keda"

	operator      = "keda-operator"
	metricsServer = "keda-operator-metrics-apiserver"
	webhooks      = "keda-admission-webhooks"

	operatorPort = 9666 // which the metrics server asks
	metricsPort  = 8080
	// servedPort is what the API server asks, of both: one that control planes get to in most networks, as it is the kubelet's.
	servedPort = 10250
)

// KEDAArgs describe KEDA.
type KEDAArgs struct {
	Args
	// Queues are the brokers whose queues it asks the length of.
	Queues []network.Peer
	// Monitoring are the resources that bring Prometheus' kinds. Nil where there is no monitoring.
	Monitoring []pulumi.Resource
}

// KEDA is who asks for the length of queues, as the network policies of brokers name it.
func KEDA() network.Peer { return network.Peer{Namespace: KEDANamespace, App: operator} }

// NewKEDA registers KEDA, and returns what ScaledObjects and TriggerAuthentications depend on; it is never nil. It fails only where a
// registration does.
func NewKEDA(ctx *pulumi.Context, name string, args *KEDAArgs, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	made, err := charts.Install(ctx, name, &charts.InstallArgs{
		Chart: charts.KEDA, Mirror: args.Mirror, Present: args.Present, Namespace: KEDANamespace,
		Values: args.values(), Pods: args.pods(),
	}, opts...)
	if err != nil {
		return nil, err
	}
	if args.Monitoring != nil && !args.Present {
		err := observe.New(ctx, name, &observe.Args{
			Namespace: made.Namespace, App: operator, Ports: []observe.Port{{Number: metricsPort}}, Alerts: KEDAAlerts,
		}, pulumi.Parent(made), pulumi.DependsOn(args.Monitoring))
		if err != nil {
			return nil, fmt.Errorf("watching over %s: %w", name, err)
		}
	}
	return ready(made), nil
}

// values let KEDA scale Deployments and StatefulSets, and nothing else that can be scaled.
func (a *KEDAArgs) values() pulumi.Map {
	replicas, served := pulumi.Int(a.replicas()), pulumi.Bool(!a.Simulated)
	json := pulumi.Map{"format": pulumi.String("json")}
	return pulumi.Map{
		"crds": pulumi.Map{
			"install": pulumi.Bool(true), "additionalAnnotations": pulumi.StringMap{"helm.sh/resource-policy": pulumi.String("keep")},
		},
		"image":         pulumi.Map{"pullPolicy": pulumi.String("IfNotPresent")},
		"rbac":          pulumi.Map{"enabledCustomScaledRefKinds": pulumi.Bool(false)},
		"operator":      pulumi.Map{"replicaCount": replicas},
		"metricsServer": pulumi.Map{"enabled": served, "replicaCount": replicas},
		"webhooks":      pulumi.Map{"enabled": served, "replicaCount": replicas, "port": pulumi.Int(servedPort)},
		"service":       pulumi.Map{"portHttpsTarget": pulumi.Int(servedPort)},
		"podDisruptionBudget": pulumi.Map{
			"operator": a.budget(), "metricServer": a.budget(), "webhooks": a.budget(),
		},
		"topologySpreadConstraints": pulumi.Map{
			"operator": charts.Spread(operator), "metricsServer": charts.Spread(metricsServer), "webhooks": charts.Spread(webhooks),
		},
		"resources": pulumi.Map{
			"operator": charts.Requests("50m", "256Mi"), "metricServer": charts.Requests("20m", "256Mi"), "webhooks": charts.Requests("10m", "128Mi"),
		},
		"logging":    pulumi.Map{"operator": json, "webhooks": json, "metricServer": pulumi.Map{"zapEncoder": pulumi.String("json")}},
		"prometheus": pulumi.Map{"operator": pulumi.Map{"enabled": pulumi.Bool(a.Monitoring != nil), "port": pulumi.Int(metricsPort)}},
	}
}

func (a *KEDAArgs) pods() map[string]network.Rules {
	server := network.Peer{Namespace: KEDANamespace, App: metricsServer}
	pods := map[string]network.Rules{operator: {To: append([]network.Peer{network.APIServer()}, a.Queues...)}}
	if a.Simulated {
		return pods
	}
	rules := pods[operator]
	rules.Ports, rules.From = []int{operatorPort}, []network.Peer{server}
	pods[operator] = rules
	pods[metricsServer] = network.Rules{Open: []int{servedPort}, To: []network.Peer{
		network.APIServer(), {Namespace: KEDANamespace, App: operator, Ports: []int{operatorPort}},
	}}
	pods[webhooks] = network.Rules{Open: []int{servedPort}, To: []network.Peer{network.APIServer()}}
	return pods
}
