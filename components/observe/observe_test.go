package observe_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/observe/observetest"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	monitorType = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
	rulesType   = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
	policyType  = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
)

type host struct{ pulumi.ResourceState }

func program(t *testing.T, args observe.Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		h := &host{}
		if err := ctx.RegisterComponentResource("plinth:test:Host", "host", h, pulumi.Provider(mocks.Kubernetes(t, ctx))); err != nil {
			return err
		}
		args.Namespace, args.App = pulumi.String("data"), "db"
		if err := observe.New(ctx, "db", &args, pulumi.Parent(h)); err != nil {
			return err
		}
		return ctx.RegisterResourceOutputs(h, pulumi.Map{})
	}
}

var down = observe.Alert{
	Name: "Down", Expr: "up == 0", For: "2m", Severity: observe.Critical, Summary: "{{ $labels.pod }} is down.", Remedy: "Look at its log.",
}

func TestNew(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, observe.Args{
			Ports: []observe.Port{
				{Number: 9121}, {Number: 15691}, {Number: 15691, Path: "/metrics/detailed", TLS: true, Params: map[string][]string{"family": {"a", "b"}}},
			}, Alerts: []observe.Alert{down},
		}))
		policy := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, "db-metrics")).Spec
		require.Len(t, policy.Ingress, 1)
		assert.Len(t, policy.Ingress[0].Ports, 2)
		assert.Equal(t, "prometheus", policy.Ingress[0].From[0].PodSelector.MatchLabels["app.kubernetes.io/name"])

		rules := rec.Get(t, rulesType, "db").Inputs
		monitor := rec.Get(t, monitorType, "db").Inputs
		endpoints := monitor["spec"].(map[string]any)["podMetricsEndpoints"].([]any)
		assert.Equal(t, map[string]any{"portNumber": 9121.0}, endpoints[0])
		assert.Equal(t, map[string]any{
			"portNumber": 15691.0, "path": "/metrics/detailed", "scheme": "https", "tlsConfig": map[string]any{"insecureSkipVerify": true},
			"params": map[string]any{"family": []any{"a", "b"}},
		}, endpoints[2])
		assert.Equal(t, observe.Rules("db", []observe.Alert{down}), rules["spec"])
		crds.Validate(t, rules)
		crds.Validate(t, monitor)
	})
}

func TestThroughAService(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, observe.Args{Service: "db", Ports: []observe.Port{{Number: 8080, Path: "/actuator/prometheus"}}}))
	assert.False(t, rec.Has(monitorType, "db"))
	monitor := rec.Get(t, "kubernetes:monitoring.coreos.com/v1:ServiceMonitor", "db").Inputs
	crds.Validate(t, monitor)
	assert.Equal(t, map[string]any{
		"selector": map[string]any{"matchLabels": map[string]any{"app.kubernetes.io/name": "db"}},
		"endpoints": []any{map[string]any{
			"targetPort": 8080.0, "path": "/actuator/prometheus",
			"relabelings": []any{map[string]any{"action": "keep", "sourceLabels": []any{"__meta_kubernetes_service_name"}, "regex": "db"}},
		}},
	}, monitor["spec"])
	policy := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, "db-metrics")).Spec
	assert.Equal(t, 8080, policy.Ingress[0].Ports[0].Port.IntValue())
}

func TestOnlyWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	alerts := mocks.Up(t, program(t, observe.Args{Alerts: []observe.Alert{down}}))
	assert.False(t, alerts.Has(monitorType, "db"))
	assert.Empty(t, alerts.ByType(policyType))
	ports := mocks.Up(t, program(t, observe.Args{Ports: []observe.Port{{Number: 1}}}))
	assert.False(t, ports.Has(rulesType, "db"))
}

func TestRulesWithoutDuration(t *testing.T) {
	t.Parallel()
	group := observe.Rules("g", []observe.Alert{{Name: "A", Expr: "x"}})["groups"].([]any)[0].(map[string]any)
	assert.NotContains(t, group["rules"].([]any)[0], "for")
}

func TestLabels(t *testing.T) {
	t.Parallel()
	group := observe.Rules("g", []observe.Alert{{Name: "A", Severity: observe.Warning, Labels: map[string]string{"workload": "api"}}})["groups"].([]any)[0]
	assert.Equal(t, map[string]any{"severity": "warning", "workload": "api"}, group.(map[string]any)["rules"].([]any)[0].(map[string]any)["labels"])
}

func TestRecordings(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, observe.Args{Recordings: observe.Requests()}))
	rules := rec.Get(t, rulesType, "db").Inputs
	crds.Validate(t, rules)
	assert.Equal(t, observe.Rules("db", nil, observe.Requests()...), rules["spec"])
	group := observe.Rules("g", []observe.Alert{down}, observe.Recording{Record: "a:b", Expr: "x", Labels: map[string]string{"l": "v"}})["groups"].([]any)[0]
	assert.Equal(t, map[string]any{"record": "a:b", "expr": "x", "labels": map[string]any{"l": "v"}}, group.(map[string]any)["rules"].([]any)[0],
		"alerts may need what is recorded")
}

func TestRules(t *testing.T) {
	t.Parallel()
	observetest.Keep(t, "requests", observe.Rules("requests", nil, observe.Requests()...))
}
