package monitoring_test

import (
	"slices"
	"strings"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	k8score "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/components/monitoring"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	releaseType = "kubernetes:helm.sh/v3:Release"
	policyType  = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	alertsType  = "kubernetes:monitoring.coreos.com/v1alpha1:AlertmanagerConfig"
)

// everybody is told.
var everybody = monitoring.Alerts{
	Slack:     &monitoring.Slack{URL: spec.SecretRef{Name: "alerts", Key: "slack"}, Channel: "#alerts"},
	PagerDuty: &monitoring.PagerDuty{Key: spec.SecretRef{Name: "alerts", Key: "pagerduty"}},
	Email: &monitoring.Email{
		To: []string{"ops@example.com", "cto@example.com"}, From: "alerts@example.com", Server: "smtp.example.com:587",
		Password: &spec.SecretRef{Name: "smtp", Key: "password"},
	},
	Webhook:   &monitoring.Webhook{URL: spec.SecretRef{Name: "alerts", Key: "hook"}, Port: 8443},
	Heartbeat: &monitoring.Webhook{URL: spec.SecretRef{Name: "alerts", Key: "heartbeat"}},
}

// program is of a small platform, which tells nobody, but for what change makes of it.
func program(t *testing.T, change func(*monitoring.Args)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		args := &monitoring.Args{
			Spec:   monitoring.Spec{Retention: 3, Storage: "5Gi", Memory: "1Gi", Replicas: 1},
			Random: mocks.Random(t, ctx),
		}
		if change != nil {
			change(args)
		}
		args.Spec = args.Spec.Complete()
		in := pulumi.Provider(mocks.Kubernetes(t, ctx))
		m, err := monitoring.New(ctx, "monitoring", args, in)
		if err != nil {
			return err
		}
		secret, err := corev1.NewSecret(ctx, "alerts", &corev1.SecretArgs{}, pulumi.Parent(m))
		if err != nil {
			return err
		}
		name := secret.Metadata.Name().Elem()
		ctx.Export("access", m.Access)
		return m.Alert(ctx, "monitoring", args.Spec.Alerts, map[string]pulumi.StringOutput{"alerts": name, "smtp": name}, in)
	}
}

// valuesOf are the chart's, of which those of its parts are checked where the chart itself lists them.
func valuesOf(t *testing.T, rec *mocks.Recording) map[string]any {
	t.Helper()
	values := rec.Get(t, releaseType, "monitoring").Inputs["values"].(map[string]any)
	chartstest.CheckValues(t, "kube-prometheus-stack", values, "grafana", "kube-state-metrics", "prometheus-node-exporter")
	return values
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spec             monitoring.Spec
		alertmanagers    float64
		retention, bytes string
	}{
		"dev":  {monitoring.Spec{Retention: 3, Storage: "5Gi", Memory: "1Gi", Replicas: 1}, 1, "3d", "4096MiB"},
		"prod": {monitoring.Spec{Retention: 30, Storage: "100Gi", Memory: "4Gi", Replicas: 2}, 3, "30d", "81920MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				rec := run(t, program(t, func(a *monitoring.Args) { a.Spec = c.spec }))
				values := valuesOf(t, rec)
				server := values["prometheus"].(map[string]any)["prometheusSpec"].(map[string]any)
				assert.Equal(t, float64(c.spec.Replicas), server["replicas"])
				assert.Equal(t, c.retention, server["retention"])
				assert.Equal(t, c.bytes, server["retentionSize"], "less than the disk has")
				claims := rec.ByType("kubernetes:core/v1:PersistentVolumeClaim")
				require.Len(t, claims, c.spec.Replicas, "one each")
				claim := mocks.As[*k8score.PersistentVolumeClaim](t, claims[0])
				assert.Equal(t, "metrics-prometheus-kube-prometheus-stack-prometheus-0", claim.Name, "as the StatefulSet's is called")
				assert.Equal(t, string(c.spec.Storage), claim.Spec.Resources.Requests.Storage().String())
				template := server["storageSpec"].(map[string]any)["volumeClaimTemplate"].(map[string]any)
				assert.Equal(t, map[string]any{"name": "metrics"}, template["metadata"])
				budget := values["prometheus"].(map[string]any)["podDisruptionBudget"].(map[string]any)
				assert.Equal(t, c.spec.Replicas > 1, budget["enabled"], "a single one may be drained")
				told := values["alertmanager"].(map[string]any)["alertmanagerSpec"].(map[string]any)
				assert.Equal(t, c.alertmanagers, told["replicas"])
			})
		})
	}
}

func TestMonitorsOfEveryNamespace(t *testing.T) {
	t.Parallel()
	server := valuesOf(t, mocks.Up(t, program(t, nil)))["prometheus"].(map[string]any)["prometheusSpec"].(map[string]any)
	for _, kind := range []string{"serviceMonitor", "podMonitor", "probe", "scrapeConfig", "rule"} {
		assert.Equal(t, false, server[kind+"SelectorNilUsesHelmValues"], kind)
	}
}

func TestWhatNobodyMayAsk(t *testing.T) {
	t.Parallel()
	for _, cloud := range []string{"", "aws", "gcp", "azure"} {
		values := valuesOf(t, mocks.Up(t, program(t, func(a *monitoring.Args) { a.Cloud = cloud })))
		for _, part := range []string{"kubeEtcd", "kubeScheduler", "kubeControllerManager", "kubeProxy"} {
			assert.Equal(t, map[string]any{"enabled": false}, values[part], part)
		}
		assert.Equal(t, map[string]any{"enabled": cloud != "gcp"}, values["coreDns"], cloud)
	}
}

func TestSimulated(t *testing.T) {
	t.Parallel()
	off := map[string]any{"enabled": false}
	real := mocks.Up(t, program(t, nil))
	values := valuesOf(t, real)
	assert.Equal(t, true, values["crds"].(map[string]any)["upgradeJob"].(map[string]any)["enabled"])
	assert.NotContains(t, values["prometheusOperator"].(map[string]any)["admissionWebhooks"], "enabled", "on, as the chart has it")

	rehearsed := mocks.Up(t, program(t, func(a *monitoring.Args) { a.Simulated = true }))
	values = valuesOf(t, rehearsed)
	assert.Equal(t, off, values["prometheusOperator"].(map[string]any)["admissionWebhooks"])
	assert.Equal(t, off, values["crds"].(map[string]any)["upgradeJob"])
	const webhook = "monitoring-kube-prometheus-stack-prometheus-operator"
	assert.Len(t, policy(t, real, webhook).Ingress, 1)
	assert.Empty(t, policy(t, rehearsed, webhook).Ingress, "nobody asks")
}

func TestGrafana(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, nil))
		grafana := valuesOf(t, rec)["grafana"].(map[string]any)
		assert.Equal(t, map[string]any{"enabled": false}, grafana["grafana.ini"].(map[string]any)["auth.anonymous"])
		own := map[string]any{"searchNamespace": "monitoring", "resource": "configmap"}
		assert.Equal(t, own, grafana["sidecar"].(map[string]any)["dashboards"])
		assert.Equal(t, map[string]any{"searchNamespace": "monitoring"}, grafana["sidecar"].(map[string]any)["datasources"])
		assert.NotContains(t, grafana, "adminPassword")
		login := rec.Get(t, "kubernetes:core/v1:Secret", "monitoring-grafana")
		_, secret := login.Inputs["stringData"].(mocks.Secret)
		assert.True(t, secret, "found %T", login.Inputs["stringData"])
		assert.Contains(t, rec.Get(t, releaseType, "monitoring").Dependencies, login.URN)
	})
	access := mocks.Up(t, program(t, nil)).Outputs["access"].(map[string]any)
	assert.Equal(t, "kubectl -n monitoring port-forward service/kube-prometheus-stack-grafana 3000:80", access["open"])
	assert.Contains(t, access["password"], "kubectl -n monitoring get secret monitoring-grafana")
}

func TestNodeExporterHasANamespaceOfItsOwn(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, nil))
	assert.Equal(t, "monitoring-nodes", valuesOf(t, rec)["prometheus-node-exporter"].(map[string]any)["namespaceOverride"])
	for name, level := range map[string]string{"monitoring": "restricted", "monitoring-nodes": "privileged"} {
		labels := rec.Get(t, "kubernetes:core/v1:Namespace", name).Inputs["metadata"].(map[string]any)["labels"].(map[string]any)
		assert.Equal(t, level, labels["pod-security.kubernetes.io/enforce"], name)
	}
}

func TestPresent(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, func(a *monitoring.Args) { a.Spec.Install = new(false) }))
	assert.Empty(t, rec.ByType(releaseType))
	assert.Empty(t, rec.ByType(policyType))
	assert.Empty(t, rec.ByType("kubernetes:core/v1:Namespace"))
	assert.Empty(t, rec.Outputs["access"])
	crds.Validate(t, rec.Get(t, "kubernetes:monitoring.coreos.com/v1:PrometheusRule", "monitoring-requests").Inputs)
	crds.Validate(t, rec.Get(t, alertsType, "monitoring").Inputs)
}

func policy(t *testing.T, rec *mocks.Recording, name string) networkingv1.NetworkPolicySpec {
	t.Helper()
	return mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, name)).Spec
}

// portsOf are the numbers of each rule, all TCP.
func portsOf(rules [][]networkingv1.NetworkPolicyPort) [][]int {
	var all [][]int
	for _, rule := range rules {
		var numbers []int
		for _, port := range rule {
			numbers = append(numbers, port.Port.IntValue())
		}
		all = append(all, numbers)
	}
	return all
}

func out(spec networkingv1.NetworkPolicySpec) [][]int {
	var rules [][]networkingv1.NetworkPolicyPort
	for _, rule := range spec.Egress {
		rules = append(rules, rule.Ports)
	}
	return portsOf(rules)
}

func TestDoors(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, func(a *monitoring.Args) { a.Spec.Alerts = everybody }))
	assert.Equal(t, [][]int{{443, 6443}, {10250, 9100}, nil}, out(policy(t, rec, "monitoring-prometheus")),
		"the API server, nodes, and what has a monitor")
	assert.Equal(t, [][]int{{443, 587, 8443}}, out(policy(t, rec, "monitoring-alertmanager")), "whom it tells")
	assert.Equal(t, [][]int{{443, 6443}, nil}, out(policy(t, rec, "monitoring-grafana")), "the API server, and what is a datasource")
	assert.Equal(t, [][]int{{443, 6443}}, out(policy(t, rec, "monitoring-kube-state-metrics")))
	assert.Empty(t, policy(t, rec, "monitoring-grafana").Ingress, "it is not published")

	for app, want := range map[string][]int{
		"prometheus": {9090, 8080}, "alertmanager": {9093, 8080}, "grafana": {3000}, "kube-state-metrics": {8080},
	} {
		door := policy(t, rec, "monitoring-"+app+"-metrics")
		require.Len(t, door.Ingress, 1)
		assert.Equal(t, [][]int{want}, portsOf([][]networkingv1.NetworkPolicyPort{door.Ingress[0].Ports}), app)
		assert.Equal(t, "prometheus", door.Ingress[0].From[0].PodSelector.MatchLabels["app.kubernetes.io/name"])
	}
	first := slices.Concat(rec.Get(t, releaseType, "monitoring").Dependencies, rec.Get(t, "plinth:charts:Installation", "monitoring").Dependencies)
	for _, door := range rec.ByType(policyType) {
		if !strings.HasPrefix(door.Name, "monitoring-nodes-") {
			assert.Contains(t, first, door.URN, "pods start with their doors open")
		}
	}
	assert.Empty(t, out(policy(t, mocks.Up(t, program(t, nil)), "monitoring-alertmanager")), "nobody is told")
}
