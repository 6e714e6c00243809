package workload_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/observe/observetest"
	"github.com/plinth-iac/plinth/components/workload"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	monitorType = "kubernetes:monitoring.coreos.com/v1:ServiceMonitor"
	rulesType   = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
)

func monitored(args *workload.Args) {
	args.Monitoring, args.NamespaceName = []pulumi.Resource{}, "apps"
}

// watchedFully has all that alerts are about.
const watchedFully = `
image: app:1
ports: { http: 8080, admin: 9000 }
metrics: { port: admin, path: /actuator/prometheus, errors: 2, latency: 300 }
replicas: { min: 1, max: 5 }
volumes: { data: { size: 1Gi, mount: /data }, cache: { size: 1Gi, mount: /cache, shared: true } }
`

func TestMetrics(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, app(t, watchedFully, monitored))
		monitor := rec.Get(t, monitorType, "app").Inputs
		crds.Validate(t, monitor)
		endpoint := monitor["spec"].(map[string]any)["endpoints"].([]any)[0].(map[string]any)
		assert.Equal(t, 9000.0, endpoint["targetPort"])
		assert.Equal(t, "/actuator/prometheus", endpoint["path"])
		door := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, "app-metrics")).Spec
		assert.Equal(t, "prometheus", door.Ingress[0].From[0].PodSelector.MatchLabels["app.kubernetes.io/name"])
		assert.Equal(t, 9000, door.Ingress[0].Ports[0].Port.IntValue())
		crds.Validate(t, rec.Get(t, rulesType, "app").Inputs)
	})
}

// rulesOf are what the workload's alerts are, as a rule file has them.
func rulesOf(t *testing.T, text string, change ...func(*workload.Args)) (map[string]any, []string) {
	t.Helper()
	rec := up(t, text, append([]func(*workload.Args){monitored}, change...)...)
	rules := rec.Get(t, rulesType, "app").Inputs["spec"].(map[string]any)
	var names []string
	for _, rule := range rules["groups"].([]any)[0].(map[string]any)["rules"].([]any) {
		assert.Equal(t, "app", rule.(map[string]any)["labels"].(map[string]any)["workload"])
		names = append(names, rule.(map[string]any)["alert"].(string))
	}
	return rules, names
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	rules, _ := rulesOf(t, watchedFully)
	observetest.Keep(t, "workload", rules)
	rules, _ = rulesOf(t, "{image: app:1, ports: {http: 8080}}")
	observetest.Keep(t, "workload-without-disks", rules)

	always := []string{"WorkloadRestarts", "WorkloadUnschedulable"}
	for name, test := range map[string]struct {
		text   string
		change func(*workload.Args)
		more   []string
	}{
		"no ports":     {"{image: app:1}", nil, nil},
		"metrics":      {"{image: app:1, ports: {http: 8080}, metrics: {}}", nil, []string{"WorkloadErrors", "WorkloadSlow"}},
		"autoscaled":   {"{image: app:1, replicas: {min: 1, max: 2}}", nil, []string{"WorkloadAtMaximum"}},
		"always fixed": {"{image: app:1, replicas: {min: 2, max: 2}}", nil, nil},
		"as many as may be by day": {
			"{image: app:1, replicas: {min: 1, schedule: {timeZone: Europe/Berlin, start: 0 7 * * 1-5, end: 0 20 * * 1-5, replicas: 3}}}",
			func(a *workload.Args) { a.Autoscaler = []pulumi.Resource{} }, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.change == nil {
				test.change = func(*workload.Args) {}
			}
			_, names := rulesOf(t, test.text, test.change)
			assert.Equal(t, append(append([]string{}, always...), test.more...), names)
		})
	}
}

func TestNobodyWatches(t *testing.T) {
	t.Parallel()
	rec := up(t, watchedFully)
	assert.Empty(t, rec.ByType(monitorType))
	assert.Empty(t, rec.ByType(rulesType))
	assert.False(t, rec.Has(policyType, "app-metrics"))
	job := up(t, "{image: app:1, kind: job}", monitored)
	assert.Empty(t, job.ByType(rulesType), "what ends is Kubernetes' own to tell of: KubeJobFailed")
}
