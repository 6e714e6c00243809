package tests

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/stacks/config"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// scaling is a stack file with a workload that has nothing to do at night, and one that has nothing to do without messages.
func scaling(autoscaling map[string]any) map[string]any {
	return map[string]any{
		"plinth:cloud":       "existing",
		"plinth:autoscaling": autoscaling,
		"plinth:rabbitmq":    map[string]any{"queues": []any{map[string]any{"name": "orders"}}},
		"plinth:workloads": map[string]any{
			"worker": map[string]any{
				"image": "worker:1", "uses": []any{"rabbitmq"},
				"replicas": map[string]any{"min": 0, "max": 5, "queue": map[string]any{"name": "orders"}},
			},
			"web": map[string]any{"image": "web:1", "replicas": map[string]any{"min": 1, "schedule": map[string]any{
				"timeZone": "Europe/Berlin", "start": "0 7 * * 1-5", "end": "0 20 * * 1-5", "replicas": 3,
			}}},
		},
	}
}

func TestAutoscaling(t *testing.T) {
	t.Parallel()
	definitions := crds.KEDA(t)
	for _, stack := range environments {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				r := run(t, stacks.Platform, mocks.WithStack(stack), asConfig(t, scaling(map[string]any{
					"enabled": true, "recommendations": true, "metricsServer": true,
				})))
				for _, res := range append(r.ByType("kubernetes:keda.sh/v1alpha1:ScaledObject"), r.ByType("kubernetes:keda.sh/v1alpha1:TriggerAuthentication")...) {
					crds.Validate(t, res.Inputs, definitions)
					assert.Contains(t, res.Dependencies, r.Get(t, releaseType, "keda").URN, "%s has a finalizer that KEDA removes", res.URN)
				}
				assert.Len(t, r.ByType("kubernetes:keda.sh/v1alpha1:ScaledObject"), 2)
				vpa := r.Get(t, "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler", "web")
				assert.Contains(t, vpa.Dependencies, r.Get(t, releaseType, "vertical-pod-autoscaler").URN)
				assert.True(t, r.Has(releaseType, "metrics-server"))
			})
		})
	}
}

// TestBrokerIsOpenToKEDAWhereItAsks: the door is there with what goes through it, on both sides.
func TestBrokerIsOpenToKEDAWhereItAsks(t *testing.T) {
	t.Parallel()
	brokersAdmit := func(r *mocks.Recording) []string {
		var apps []string
		for _, rule := range mocks.As[*networkingv1.NetworkPolicy](t, r.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "rabbitmq")).Spec.Ingress {
			for _, from := range rule.From {
				apps = append(apps, from.PodSelector.MatchLabels["app.kubernetes.io/name"])
			}
		}
		return apps
	}
	on := map[string]any{"enabled": true}
	asking := mocks.Up(t, stacks.Platform, mocks.WithStack("dev"), asConfig(t, scaling(on)))
	assert.ElementsMatch(t, []string{"worker", "keda-operator"}, brokersAdmit(asking))
	egress := mocks.As[*networkingv1.NetworkPolicy](t, asking.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "keda-keda-operator")).Spec.Egress
	assert.Len(t, egress, 2, "the API server, and the broker")

	off := mocks.Up(t, stacks.Platform, mocks.WithStack("dev"), asConfig(t, scaling(map[string]any{})))
	assert.Equal(t, []string{"worker"}, brokersAdmit(off))
	assert.False(t, off.Has(releaseType, "keda"))
	require.Len(t, off.Logs, 2, "a queue and a schedule scale nothing, and that is said")

	values := scaling(on)
	delete(values["plinth:workloads"].(map[string]any)["worker"].(map[string]any)["replicas"].(map[string]any), "queue")
	values["plinth:workloads"].(map[string]any)["worker"].(map[string]any)["replicas"].(map[string]any)["min"] = 1
	scheduled := mocks.Up(t, stacks.Platform, mocks.WithStack("dev"), asConfig(t, values))
	assert.Equal(t, []string{"worker"}, brokersAdmit(scheduled), "nobody scales on a queue")
	assert.Len(t, mocks.As[*networkingv1.NetworkPolicy](t, scheduled.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "keda-keda-operator")).Spec.Egress, 1)
}

// TestQueueIsAskedInEveryMode: wherever the broker is, KEDA gets there and believes its certificate.
func TestQueueIsAskedInEveryMode(t *testing.T) {
	t.Parallel()
	definitions := crds.KEDA(t)
	withKEDA := func(values map[string]any) { values["plinth:autoscaling"] = map[string]any{"enabled": true} }
	encrypted := readStackFile(t, "prod")
	withKEDA(encrypted)
	encrypted["plinth:rabbitmq"].(map[string]any)["tls"] = true
	for name, test := range map[string]struct {
		options    []mocks.Option
		parameters []string
		inCluster  bool
	}{
		"ha":      {append(onCloud(t, "prod", "gcp"), asConfig(t, encrypted), asConfig(t, map[string]any{"plinth:cloud": "gcp"})), []string{"host", "ca"}, true},
		"managed": {managedOn(t, "prod", "aws", false, withKEDA), []string{"host"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				r := run(t, stacks.Platform, test.options...)
				authentication := r.Get(t, "kubernetes:keda.sh/v1alpha1:TriggerAuthentication", "ml-inference").Inputs
				crds.Validate(t, authentication, definitions)
				var parameters []string
				for _, each := range authentication["spec"].(map[string]any)["secretTargetRef"].([]any) {
					parameters = append(parameters, each.(map[string]any)["parameter"].(string))
				}
				assert.Equal(t, test.parameters, parameters)

				out := mocks.As[*networkingv1.NetworkPolicy](t, r.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "keda-keda-operator")).Spec.Egress
				require.Len(t, out, 2)
				assert.Equal(t, int32(5671), out[1].Ports[0].Port.IntVal)
				assert.Equal(t, test.inCluster, out[1].To[0].IPBlock == nil)
				if !test.inCluster {
					return
				}
				in := mocks.As[*networkingv1.NetworkPolicy](t, r.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "rabbitmq-ha")).Spec.Ingress
				var apps []string
				for _, from := range in[0].From {
					apps = append(apps, from.PodSelector.MatchLabels["app.kubernetes.io/name"])
				}
				assert.Contains(t, apps, "keda-operator")
			})
		})
	}
}

func TestAutoscalingWithoutItsChart(t *testing.T) {
	t.Parallel()
	r := mocks.Up(t, stacks.With(config.Rehearsal(), config.WithoutCharts(map[string]string{"keda": "no route"})),
		mocks.WithStack("dev"), asConfig(t, scaling(map[string]any{"enabled": true})))
	assert.False(t, r.Has("kubernetes:keda.sh/v1alpha1:ScaledObject", "web"))
	var said []string
	for _, log := range r.Logs {
		said = append(said, log.Message)
	}
	assert.Contains(t, said, "plinth:autoscaling is skipped: the chart keda cannot be had: no route; name a mirror that has it in plinth:charts")
}
