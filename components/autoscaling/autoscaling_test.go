package autoscaling_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/autoscaling"
	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	releaseType = "kubernetes:helm.sh/v3:Release"
	policyType  = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
)

func keda(t *testing.T, change func(*autoscaling.KEDAArgs)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		args := &autoscaling.KEDAArgs{
			Args:   autoscaling.Args{Replicas: 2},
			Queues: []network.Peer{{Namespace: "data", App: "rabbitmq", Ports: []int{5672}}},
		}
		if change != nil {
			change(args)
		}
		ready, err := autoscaling.NewKEDA(ctx, "keda", args, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		assert.NotNil(t, ready, "nil would say that there is no KEDA")
		assert.Equal(t, args.Present, len(ready) == 0, "what follows waits for all that is installed")
		return err
	}
}

func values(t *testing.T, rec *mocks.Recording, chart, release string, free ...string) map[string]any {
	t.Helper()
	given := rec.Get(t, releaseType, release).Inputs["values"].(map[string]any)
	chartstest.CheckValues(t, chart, given, free...)
	return given
}

func policy(t *testing.T, rec *mocks.Recording, name string) networkingv1.NetworkPolicySpec {
	t.Helper()
	return mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, name)).Spec
}

func TestKEDA(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, keda(t, nil))
		given := values(t, rec, "keda", "keda")
		assert.Equal(t, map[string]any{"helm.sh/resource-policy": "keep"}, given["crds"].(map[string]any)["additionalAnnotations"],
			"what people made of KEDA's kinds outlives it")
		assert.Equal(t, map[string]any{"enabledCustomScaledRefKinds": false}, given["rbac"], "it scales nothing but workloads")
		for _, program := range []string{"operator", "metricsServer", "webhooks"} {
			assert.Equal(t, 2.0, given[program].(map[string]any)["replicaCount"], program)
		}
		assert.Equal(t, map[string]any{"minAvailable": 1.0}, given["podDisruptionBudget"].(map[string]any)["operator"])
		assert.Equal(t, false, given["prometheus"].(map[string]any)["operator"].(map[string]any)["enabled"])

		operator := policy(t, rec, "keda-keda-operator")
		require.Len(t, operator.Ingress, 1, "the metrics server asks it, and nobody else")
		assert.Equal(t, "keda-operator-metrics-apiserver", operator.Ingress[0].From[0].PodSelector.MatchLabels["app.kubernetes.io/name"])
		require.Len(t, operator.Egress, 2, "the API server and the broker")
		assert.Equal(t, "data", operator.Egress[1].To[0].NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"])
		assert.Equal(t, int32(5672), operator.Egress[1].Ports[0].Port.IntVal)
		assert.Equal(t, 10250.0, given["webhooks"].(map[string]any)["port"])
		assert.Equal(t, 10250.0, given["service"].(map[string]any)["portHttpsTarget"])
		for _, name := range []string{"keda-keda-operator-metrics-apiserver", "keda-keda-admission-webhooks"} {
			assert.Equal(t, int32(10250), policy(t, rec, name).Ingress[0].Ports[0].Port.IntVal, name)
		}
	})
}

func TestKEDAOnNodesThatRunNothing(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, keda(t, func(a *autoscaling.KEDAArgs) { a.Simulated = true }))
	given := values(t, rec, "keda", "keda")
	assert.Equal(t, false, given["metricsServer"].(map[string]any)["enabled"], "with it comes an APIService")
	assert.Equal(t, false, given["webhooks"].(map[string]any)["enabled"])
	assert.Len(t, rec.ByType(policyType), 3, "the operator's, and the namespace's two")
	assert.Empty(t, policy(t, rec, "keda-keda-operator").Ingress)
}

func TestKEDAThatMayBreak(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, keda(t, func(a *autoscaling.KEDAArgs) { a.Replicas = 0 }))
	given := values(t, rec, "keda", "keda")
	assert.Equal(t, 1.0, given["operator"].(map[string]any)["replicaCount"])
	assert.Empty(t, given["podDisruptionBudget"].(map[string]any)["operator"], "a budget would keep its node from being drained")
}

func TestKEDAThatIsPresent(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, keda(t, func(a *autoscaling.KEDAArgs) { a.Present, a.Monitoring = true, []pulumi.Resource{} }))
	assert.Empty(t, rec.ByType(releaseType))
	assert.Empty(t, rec.ByType(policyType), "it is not ours")
}

func TestKEDAIsWatchedOver(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, keda(t, func(a *autoscaling.KEDAArgs) { a.Monitoring = []pulumi.Resource{} }))
	assert.Equal(t, map[string]any{"enabled": true, "port": 8080.0}, values(t, rec, "keda", "keda")["prometheus"].(map[string]any)["operator"])
	assert.Equal(t, int32(8080), policy(t, rec, "keda-metrics").Ingress[0].Ports[0].Port.IntVal)
	for _, kind := range []string{"PodMonitor", "PrometheusRule"} {
		crds.Validate(t, rec.Get(t, "kubernetes:monitoring.coreos.com/v1:"+kind, "keda").Inputs)
	}
}

func TestRecommender(t *testing.T) {
	t.Parallel()
	for replicas, several := range map[int]bool{1: false, 2: true} {
		rec := mocks.Up(t, func(ctx *pulumi.Context) error {
			ready, err := autoscaling.NewRecommender(ctx, "vpa", &autoscaling.Args{Replicas: replicas}, pulumi.Provider(mocks.Kubernetes(t, ctx)))
			assert.Len(t, ready, 2)
			return err
		})
		given := values(t, rec, "vertical-pod-autoscaler", "vpa", "podSecurityContext")
		for _, part := range []string{"admissionController", "updater"} {
			assert.Equal(t, map[string]any{"enabled": false}, given[part], "nothing changes or restarts pods")
		}
		recommender := given["recommender"].(map[string]any)
		assert.Equal(t, several, recommender["leaderElection"].(map[string]any)["enabled"])
		assert.Equal(t, several, recommender["podDisruptionBudget"].(map[string]any)["enabled"])
		rules := policy(t, rec, "vpa-vertical-pod-autoscaler")
		assert.Empty(t, rules.Ingress)
		assert.Len(t, rules.Egress, 1)
	}
}

func TestMetricsServer(t *testing.T) {
	t.Parallel()
	for simulated, served := range map[bool]bool{true: false, false: true} {
		rec := mocks.Up(t, func(ctx *pulumi.Context) error {
			return autoscaling.NewMetricsServer(ctx, "metrics", &autoscaling.Args{Replicas: 2, Simulated: simulated}, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		})
		given := values(t, rec, "metrics-server", "metrics", "resources")
		assert.Equal(t, map[string]any{"create": served}, given["apiService"], "one that nobody answers keeps namespaces from being deleted")
		assert.Equal(t, map[string]any{"enabled": true, "minAvailable": 1.0}, given["podDisruptionBudget"])
		rules := policy(t, rec, "metrics-metrics-server")
		assert.Equal(t, int32(10250), rules.Ingress[0].Ports[0].Port.IntVal)
		assert.Equal(t, int32(10250), rules.Egress[1].Ports[0].Port.IntVal, "the kubelets")
	}
}
