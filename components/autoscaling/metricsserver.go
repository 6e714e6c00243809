package autoscaling

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/network"
)

const (
	// resourceMetrics is what metrics-server's chart labels its pods with, and their namespace.
	resourceMetrics = "metrics-server"
	// resourceMetricsPort is its own, and the kubelets': the chart's values, 3.13.1.
	resourceMetricsPort = 10250
)

// NewMetricsServer registers metrics-server. It fails only where a registration does.
func NewMetricsServer(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) error {
	budget := args.budget()
	budget["enabled"] = pulumi.Bool(len(budget) > 0)
	_, err := charts.Install(ctx, name, &charts.InstallArgs{
		Chart: charts.MetricsServer, Mirror: args.Mirror, Present: args.Present, Namespace: resourceMetrics,
		Values: pulumi.Map{
			"replicas": pulumi.Int(args.replicas()), "podDisruptionBudget": budget,
			"apiService":                pulumi.Map{"create": pulumi.Bool(!args.Simulated)},
			"topologySpreadConstraints": charts.Spread(resourceMetrics),
			"resources":                 charts.Requests("100m", "256Mi"),
		},
		Pods: map[string]network.Rules{resourceMetrics: {
			Open: []int{resourceMetricsPort}, To: []network.Peer{network.APIServer(), network.Anywhere(resourceMetricsPort)},
		}},
	}, opts...)
	return err
}
