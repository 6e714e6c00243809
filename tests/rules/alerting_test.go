package rules

import (
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/blang/semver/v4"
	operator "github.com/prometheus-operator/prometheus-operator/pkg/alertmanager"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	monitoringv1alpha1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1alpha1"
	"github.com/prometheus-operator/prometheus-operator/pkg/assets"
	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/alertmanager/template"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// chartValues are those of the chart as it is published, whose configuration of Alertmanager ours is added to.
const chartValues = root + "/../shared/charts/kube-prometheus-stack/values.yaml"

// alertmanagerConfig is what the operator makes of one of components/monitoring/testdata/alerts, and Alertmanager reads.
func alertmanagerConfig(t *testing.T, name string) *config.Config {
	t.Helper()
	text, err := os.ReadFile(chartValues)
	if os.IsNotExist(err) {
		t.Skipf("the values of kube-prometheus-stack are not at %s: who is told of what is not proven", chartValues)
	}
	require.NoError(t, err)
	var chart struct{ Alertmanager struct{ Config any } }
	require.NoError(t, yaml.Unmarshal(text, &chart))
	base, err := yaml.Marshal(chart.Alertmanager.Config)
	require.NoError(t, err)
	var ours monitoringv1alpha1.AlertmanagerConfig
	require.NoError(t, yaml.UnmarshalStrict(read(t, root+"/components/monitoring/testdata/alerts/"+name+".yaml"), &ours))

	server := &monitoringv1.Alertmanager{ObjectMeta: metav1.ObjectMeta{Namespace: "monitoring"}}
	// As components/monitoring has it in the chart's values.
	server.Spec.AlertmanagerConfigMatcherStrategy.Type = monitoringv1.OnNamespaceExceptForAlertmanagerNamespaceConfigMatcherStrategyType
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "monitoring", Name: secretOf(t, &ours)}, Data: map[string][]byte{
		"slack": []byte("https://hooks.slack.com/x"), "pagerduty": []byte("key"), "password": []byte("pa55word"),
		"hook": []byte("https://example.com:8443/alerts"), "heartbeat": []byte("https://example.com/heartbeat"),
	}}
	builder := operator.NewConfigBuilder(slog.New(slog.NewTextHandler(io.Discard, nil)), semver.MustParse("0.34.0"),
		assets.NewTestStoreBuilder(secret), server)
	require.NoError(t, builder.InitializeFromRawConfiguration(base))
	require.NoError(t, builder.AddAlertmanagerConfigs(t.Context(), map[string]*monitoringv1alpha1.AlertmanagerConfig{"ours": &ours}))
	made, err := builder.MarshalJSON() // which is YAML
	require.NoError(t, err)
	loaded, err := config.Load(string(made))
	require.NoError(t, err, "Alertmanager refuses what the operator makes of it")
	return loaded
}

// secretOf is the Secret that the values are read from, in the tests of components/monitoring; any where there are none.
func secretOf(t *testing.T, c *monitoringv1alpha1.AlertmanagerConfig) string {
	t.Helper()
	for _, receiver := range c.Spec.Receivers {
		for _, slack := range receiver.SlackConfigs {
			return slack.APIURL.Name
		}
	}
	return "none"
}

// told are the ways by which people and machines are told of an alert.
func told(t *testing.T, c *config.Config, alert model.LabelSet) []string {
	t.Helper()
	ways := map[string]bool{}
	for _, route := range dispatch.NewRoute(c.Route, nil).Match(alert) {
		for _, r := range c.Receivers {
			if r.Name != route.RouteOpts.Receiver {
				continue
			}
			for way, n := range map[string]int{
				"slack": len(r.SlackConfigs), "pagerduty": len(r.PagerdutyConfigs), "email": len(r.EmailConfigs),
			} {
				if n > 0 {
					ways[way] = true
				}
			}
			for _, hook := range r.WebhookConfigs {
				text, err := json.Marshal(hook.SendResolved())
				require.NoError(t, err)
				ways[map[string]string{"true": "webhook", "false": "heartbeat"}[string(text)]] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(ways))
}

// TestTold: who is told of what, as Alertmanager itself decides it.
func TestTold(t *testing.T) {
	t.Parallel()
	critical := model.LabelSet{"alertname": "WorkloadErrors", "namespace": "apps", "severity": "critical"}
	warning := model.LabelSet{"alertname": "WorkloadSlow", "namespace": "apps", "severity": "warning"}
	ofACluster := model.LabelSet{"alertname": "NodeNotReady", "severity": "warning"}
	info := model.LabelSet{"alertname": "CPUThrottlingHigh", "namespace": "apps", "severity": "info"}
	watchdog := model.LabelSet{"alertname": "Watchdog", "severity": "none"}

	all := alertmanagerConfig(t, "everybody")
	assert.Equal(t, []string{"email", "pagerduty", "slack", "webhook"}, told(t, all, critical))
	assert.Equal(t, []string{"email", "slack", "webhook"}, told(t, all, warning), "nobody is woken")
	assert.Equal(t, []string{"email", "slack", "webhook"}, told(t, all, ofACluster), "whatever namespace it is of, or none")
	assert.Empty(t, told(t, all, info))
	assert.Equal(t, []string{"heartbeat"}, told(t, all, watchdog), "and no people")

	slack := alertmanagerConfig(t, "slack")
	assert.Equal(t, []string{"slack"}, told(t, slack, critical))
	assert.Empty(t, told(t, slack, watchdog))
	nobody := alertmanagerConfig(t, "nobody")
	assert.Empty(t, told(t, nobody, critical))
}

// TestBeats: the heartbeat comes every five minutes, and at once.
func TestBeats(t *testing.T) {
	t.Parallel()
	c := alertmanagerConfig(t, "everybody")
	routes := dispatch.NewRoute(c.Route, nil).Match(model.LabelSet{"alertname": "Watchdog", "severity": "none"})
	require.NotEmpty(t, routes)
	assert.Equal(t, "monitoring/plinth/heartbeat", routes[0].RouteOpts.Receiver)
	assert.Equal(t, "5m0s", routes[0].RouteOpts.RepeatInterval.String())
	assert.Zero(t, routes[0].RouteOpts.GroupWait)
}

// TestInhibited: a warning is left out where the same workload is in a critical state, and nothing else is.
func TestInhibited(t *testing.T) {
	t.Parallel()
	c := alertmanagerConfig(t, "everybody")
	inhibited := func(by, alert model.LabelSet) bool {
		for _, of := range c.InhibitRules {
			rule := inhibit.NewInhibitRule(of)
			equal := true
			for label := range rule.Equal {
				equal = equal && by[label] == alert[label]
			}
			if equal && rule.SourceMatchers.Matches(by) && rule.TargetMatchers.Matches(alert) {
				return true
			}
		}
		return false
	}
	errors := model.LabelSet{"alertname": "WorkloadErrors", "namespace": "apps", "workload": "api", "severity": "critical"}
	slow := model.LabelSet{"alertname": "WorkloadSlow", "namespace": "apps", "workload": "api", "severity": "warning"}
	assert.True(t, inhibited(errors, slow))
	assert.False(t, inhibited(slow, errors))
	other := slow.Clone()
	other["workload"] = "web"
	assert.False(t, inhibited(errors, other))
	hpa := func(name, of string) model.LabelSet {
		return model.LabelSet{"alertname": model.LabelValue(name), "namespace": "apps", "horizontalpodautoscaler": model.LabelValue(of), "severity": "warning"}
	}
	assert.True(t, inhibited(hpa("WorkloadAtMaximum", "api"), hpa("KubeHpaMaxedOut", "api")), "nobody is told twice")
	assert.False(t, inhibited(hpa("WorkloadAtMaximum", "api"), hpa("KubeHpaMaxedOut", "web")))
	full := func(name string) model.LabelSet {
		return model.LabelSet{"alertname": model.LabelValue(name), "namespace": "data", "persistentvolumeclaim": "redis-data", "severity": "critical"}
	}
	assert.True(t, inhibited(full("RedisDiskAlmostFull"), full("KubePersistentVolumeFillingUp")))
	disk := model.LabelSet{"alertname": "PostgresDiskFullInADay", "namespace": "apps", "severity": "warning"}
	down := model.LabelSet{"alertname": "PostgresDown", "namespace": "apps", "severity": "critical"}
	assert.False(t, inhibited(down, disk), "what is of no workload")
}

// TestMessages: what Slack is told says what is wrong, where, and what to do about it.
func TestMessages(t *testing.T) {
	t.Parallel()
	c := alertmanagerConfig(t, "slack")
	templates, err := template.FromGlobs(nil)
	require.NoError(t, err)
	data := &template.Data{
		Status: "firing", CommonLabels: template.KV{"alertname": "WorkloadErrors", "namespace": "apps"},
		Alerts: template.Alerts{{Annotations: template.KV{"summary": "api fails 7 % of its requests.", "description": "Look at its log."}}},
	}
	for _, r := range c.Receivers {
		for _, slack := range r.SlackConfigs {
			title, err := templates.ExecuteTextString(slack.Title, data)
			require.NoError(t, err)
			assert.Equal(t, "[FIRING] WorkloadErrors in apps", title)
			text, err := templates.ExecuteTextString(slack.Text, data)
			require.NoError(t, err)
			assert.Contains(t, text, "api fails 7 % of its requests.\nLook at its log.")
			return
		}
	}
	t.Fatal("nobody is told by Slack")
}
