package tracing_test

import (
	"maps"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/observe/observetest"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/components/tracing"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	releaseType   = "kubernetes:helm.sh/v3:Release"
	policyType    = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	claimType     = "kubernetes:core/v1:PersistentVolumeClaim"
	configMapType = "kubernetes:core/v1:ConfigMap"
)

func program(t *testing.T, change func(*tracing.Args)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		args := &tracing.Args{
			Spec: tracing.Spec{Retention: 2}.Complete(7, "50Gi", 10), Replicas: 2,
			Clients: []network.Peer{{Namespace: "apps", App: "api"}},
		}
		if change != nil {
			change(args)
		}
		_, err := tracing.New(ctx, "tracing", args, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		return err
	}
}

func watched(args *tracing.Args) {
	args.Monitoring, args.Grafana = []pulumi.Resource{}, pulumi.String("monitoring")
}

func values(t *testing.T, rec *mocks.Recording, release string) map[string]any {
	t.Helper()
	return rec.Get(t, releaseType, release).Inputs["values"].(map[string]any)
}

func policy(t *testing.T, rec *mocks.Recording, name string) networkingv1.NetworkPolicySpec {
	t.Helper()
	return mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, name)).Spec
}

// at walks down maps.
func at(t *testing.T, from any, path ...string) any {
	t.Helper()
	for _, key := range path {
		below, ok := from.(map[string]any)
		require.True(t, ok, "%s: found %T", key, from)
		require.Contains(t, below, key)
		from = below[key]
	}
	return from
}

func TestCollector(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, nil))
		given := values(t, rec, "tracing-collector")
		chartstest.CheckValues(t, "opentelemetry-collector", given, "podDisruptionBudget")
		assert.Equal(t, 2.0, given["replicaCount"])
		assert.Equal(t, map[string]any{"enabled": true, "minAvailable": 1.0}, given["podDisruptionBudget"])
		config := given["alternateConfig"]
		assert.Equal(t, 10.0, at(t, config, "processors", "probabilistic_sampler", "sampling_percentage"))
		assert.Equal(t, "jaeger.tracing.svc:4317", at(t, config, "exporters", "otlp_grpc", "endpoint"))
		requirePipelines(t, config)

		rules := policy(t, rec, "tracing-collector-opentelemetry-collector")
		require.Len(t, rules.Ingress, 1)
		assert.Equal(t, "api", rules.Ingress[0].From[0].PodSelector.MatchLabels["app.kubernetes.io/name"])
		assert.Len(t, rules.Ingress[0].From, 1, "who has no tracing is not let in")
		assert.Len(t, rules.Ingress[0].Ports, 2)
		require.Len(t, rules.Egress, 1)
		assert.Equal(t, "jaeger", rules.Egress[0].To[0].PodSelector.MatchLabels["app.kubernetes.io/name"])
	})
}

// requirePipelines: what a pipeline names, and each extension, is configured, or the program would not start; and nothing more is.
func requirePipelines(t *testing.T, config any) {
	t.Helper()
	used := map[string][]any{"extensions": at(t, config, "service", "extensions").([]any)}
	for _, pipeline := range at(t, config, "service", "pipelines").(map[string]any) {
		for kind, names := range pipeline.(map[string]any) {
			used[kind] = append(used[kind], names.([]any)...)
		}
	}
	for kind, names := range used {
		var configured []any
		for name := range at(t, config, kind).(map[string]any) {
			configured = append(configured, name)
		}
		assert.ElementsMatch(t, configured, names, kind)
	}
}

func TestJaeger(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, nil))
		given := values(t, rec, "tracing-jaeger")
		// What the chart's templates have, and its values do not: charts/jaeger/templates/jaeger/jaeger-deploy.yaml, jaeger-4.11.1.
		unlisted := maps.Clone(given["jaeger"].(map[string]any))
		delete(unlisted, "podLabels")
		delete(unlisted, "resources")
		listed := maps.Clone(given)
		listed["jaeger"] = unlisted
		chartstest.CheckValues(t, "jaeger", listed)
		config := given["userconfig"]
		requirePipelines(t, config)
		badger := at(t, config, "extensions", "jaeger_storage", "backends", "badger", "badger").(map[string]any)
		assert.Equal(t, map[string]any{"spans": "48h"}, badger["ttl"])
		assert.Equal(t, false, badger["ephemeral"])

		claim := mocks.As[*corev1.PersistentVolumeClaim](t, rec.Get(t, claimType, "tracing-jaeger"))
		assert.Equal(t, "50Gi", claim.Spec.Resources.Requests.Storage().String())
		volume := given["jaeger"].(map[string]any)["extraVolumes"].([]any)[0].(map[string]any)
		assert.Equal(t, map[string]any{"claimName": claim.Name}, volume["persistentVolumeClaim"])

		rules := policy(t, rec, "tracing-jaeger-jaeger")
		require.Len(t, rules.Ingress, 1, "the collector, and nobody else")
		assert.Equal(t, "opentelemetry-collector", rules.Ingress[0].From[0].PodSelector.MatchLabels["app.kubernetes.io/name"])
		assert.Empty(t, rules.Egress)
		assert.False(t, rec.Has(policyType, "tracing-jaeger-grafana"))
		assert.Len(t, rec.ByType("kubernetes:core/v1:Namespace"), 1, "one for both programs")
	})
}

// TestPodsAreRestricted: the charts' pods meet the level of their namespace.
func TestPodsAreRestricted(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, nil))
	for release, path := range map[string][]string{"tracing-collector": nil, "tracing-jaeger": {"jaeger"}} {
		pod := at(t, rec.Get(t, releaseType, release).Inputs["values"], path...)
		assert.Equal(t, true, at(t, pod, "podSecurityContext", "runAsNonRoot"), release)
		assert.Equal(t, "RuntimeDefault", at(t, pod, "podSecurityContext", "seccompProfile", "type"), release)
		assert.Equal(t, false, at(t, pod, "securityContext", "allowPrivilegeEscalation"), release)
		assert.Equal(t, []any{"ALL"}, at(t, pod, "securityContext", "capabilities", "drop"), release)
		assert.Equal(t, false, at(t, pod, "serviceAccount", "automountServiceAccountToken"), release)
	}
}

func TestANewConfigurationRollsJaeger(t *testing.T) {
	t.Parallel()
	label := func(change func(*tracing.Args)) any {
		rec := mocks.Up(t, program(t, change))
		return at(t, rec.Get(t, releaseType, "tracing-jaeger").Inputs["values"], "jaeger", "podLabels", "plinth.dev/configuration")
	}
	longer := func(a *tracing.Args) { a.Spec.Retention = 3 }
	assert.NotEqual(t, label(nil), label(longer))
	assert.Equal(t, label(longer), label(longer))
}

func TestMonitoring(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, watched))
	for _, app := range []string{"opentelemetry-collector", "jaeger"} {
		for _, kind := range []string{"PodMonitor", "PrometheusRule"} {
			crds.Validate(t, rec.Get(t, "kubernetes:monitoring.coreos.com/v1:"+kind, "tracing-"+app).Inputs)
		}
		assert.Equal(t, int32(8888), policy(t, rec, "tracing-"+app+"-metrics").Ingress[0].Ports[0].Port.IntVal)
	}
	door := policy(t, rec, "tracing-jaeger-grafana").Ingress[0]
	assert.Equal(t, "grafana", door.From[0].PodSelector.MatchLabels["app.kubernetes.io/name"])
	assert.Equal(t, int32(16686), door.Ports[0].Port.IntVal)
	source := rec.Get(t, configMapType, "grafana-jaeger").Inputs
	assert.Equal(t, "monitoring", at(t, source, "metadata", "namespace"))
	assert.Contains(t, at(t, source, "data", "jaeger.yaml"), "http://jaeger.tracing.svc:16686")
}

func TestPresent(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, func(a *tracing.Args) {
		watched(a)
		a.Spec.Install = new(false)
	}))
	assert.Len(t, rec.Resources(), 2, "the component and the provider")
}

func TestOneReplicaMayBeDrained(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, func(a *tracing.Args) { a.Replicas = 0 }))
	assert.Equal(t, map[string]any{"enabled": false}, values(t, rec, "tracing-collector")["podDisruptionBudget"])
}

func TestValidate(t *testing.T) {
	t.Parallel()
	var problems spec.Problems
	tracing.Spec{Storage: "100Mi"}.Complete(1, "2Gi", 100).Validate("tracing", &problems)
	require.Len(t, problems.Errors, 1)
	assert.Equal(t, spec.Path("tracing.storage"), problems.Errors[0].Path)
}

func TestRules(t *testing.T) {
	t.Parallel()
	observetest.Keep(t, "tracing", observe.Rules("tracing", tracing.Alerts))
}
