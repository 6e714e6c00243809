package autoscaling

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/network"
)

const (
	// RecommenderNamespace is the recommender's.
	RecommenderNamespace = "vertical-pod-autoscaler"
	// recommender is what the chart labels its pods with: its templates, 0.11.0.
	recommender = "vertical-pod-autoscaler"
)

// NewRecommender registers the recommender of the Vertical Pod Autoscaler alone, and returns what VerticalPodAutoscalers depend on; it
// is never nil. It fails only where a registration does.
func NewRecommender(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	off := pulumi.Map{"enabled": pulumi.Bool(false)}
	several := args.replicas() > 1
	made, err := charts.Install(ctx, name, &charts.InstallArgs{
		Chart: charts.VerticalPodAutoscaler, Mirror: args.Mirror, Present: args.Present, Namespace: RecommenderNamespace,
		Values: pulumi.Map{
			"admissionController": off, "updater": off,
			"recommender": pulumi.Map{
				"replicas": pulumi.Int(args.replicas()), "leaderElection": pulumi.Map{"enabled": pulumi.Bool(several)},
				"podDisruptionBudget": pulumi.Map{"enabled": pulumi.Bool(several)},
				"resources":           charts.Requests("20m", "256Mi"),
			},
			"podSecurityContext": pulumi.Map{
				"runAsNonRoot": pulumi.Bool(true), "runAsUser": pulumi.Int(65534),
				"seccompProfile": pulumi.Map{"type": pulumi.String("RuntimeDefault")},
			},
			"containerSecurityContext": charts.RestrictedContainer(),
		},
		Pods: map[string]network.Rules{recommender: {To: []network.Peer{network.APIServer()}}},
	}, opts...)
	if err != nil {
		return nil, err
	}
	return ready(made), nil
}
