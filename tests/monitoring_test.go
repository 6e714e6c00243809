package tests

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/stacks/config"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	ruleType        = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
	podMonitorType  = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
	alertConfigType = "kubernetes:monitoring.coreos.com/v1alpha1:AlertmanagerConfig"
)

// watched turns monitoring on in the values of a stack file, and has PagerDuty told.
func watched(values map[string]any) map[string]any {
	values["plinth:monitoring"] = map[string]any{"enabled": true, "alerts": map[string]any{
		"pagerduty": map[string]any{"key": map[string]any{"name": "pager", "key": "key"}},
		"heartbeat": map[string]any{"url": map[string]any{"name": "pager", "key": "heartbeat"}},
	}}
	return values
}

// withPager adds the secrets that watched names.
func withPager(values map[string]any) map[string]any {
	secrets, _ := values["plinth:secrets"].(map[string]any)
	all := map[string]any{"pager": map[string]any{"key": map[string]any{"generate": 32}, "heartbeat": map[string]any{"generate": 32}}}
	if given, ok := secrets["values"].(map[string]any); ok {
		for name, value := range given {
			all[name] = value
		}
	}
	values["plinth:secrets"] = map[string]any{"values": all}
	return values
}

// requireWatched checks all that Prometheus' operator is given, and that it is given it when it is there.
func requireWatched(t *testing.T, r *mocks.Recording) {
	t.Helper()
	operator := r.Get(t, releaseType, "monitoring")
	var found int
	for _, res := range r.Resources() {
		if !strings.HasPrefix(res.Type, "kubernetes:monitoring.coreos.com/") {
			continue
		}
		found++
		crds.Validate(t, res.Inputs)
		assert.Contains(t, res.Dependencies, operator.URN, res.URN)
	}
	require.Greater(t, found, 3)
}

func TestMonitoringInEachEnvironment(t *testing.T) {
	t.Parallel()
	for _, stack := range []string{"dev", "stage", "prod"} {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				r := run(t, stacks.With(config.Rehearsal(), config.WithoutCharts(nil)),
					asConfig(t, withPager(watched(readStackFile(t, stack)))), mocks.WithStack(stack))
				requireWatched(t, r)
				assert.True(t, r.Has(releaseType, "gpu-metrics"), "the stack has a GPU pool")
				assert.True(t, r.Has(podMonitorType, "postgres"), "what is there already is watched too")
				assert.True(t, r.Has("kubernetes:core/v1:Secret", "secrets-monitoring-pager"))
				for _, res := range r.Resources() {
					if res.Type == "kubernetes:apps/v1:Deployment" || res.Type == "kubernetes:apps/v1:StatefulSet" {
						assert.NotContains(t, res.Dependencies, r.Get(t, releaseType, "monitoring").URN, "%s waits for nothing that it can do without", res.URN)
					}
				}
			})
		})
	}
}

func TestMonitoringOnEachCloud(t *testing.T) {
	t.Parallel()
	for _, cloud := range []string{"aws", "gcp", "azure"} {
		t.Run(cloud, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				values := watched(withServices(readStackFile(t, "prod")))
				values["plinth:cloud"] = cloud
				r := run(t, stacks.Platform, append(onCloud(t, "prod", cloud), asConfig(t, values))...)
				requireWatched(t, r)
				for _, service := range []string{"gateway", "cert-manager", "external-dns", "secrets"} {
					assert.True(t, r.Has(ruleType, service), "%s is watched", service)
				}
				told := r.Get(t, alertConfigType, "monitoring")
				secret := r.Get(t, "kubernetes:external-secrets.io/v1:ExternalSecret", "secrets-monitoring-pager")
				assert.Contains(t, told.Dependencies, secret.URN, "and from the cloud's store comes what they are told with")
				values = r.Get(t, releaseType, "monitoring").Inputs["values"].(map[string]any)
				assert.Equal(t, map[string]any{"enabled": cloud != "gcp"}, values["coreDns"])
			})
		})
	}
}

func TestMonitoringWithoutItsChart(t *testing.T) {
	t.Parallel()
	without := func(missing ...string) *mocks.Recording {
		gone := map[string]string{}
		for _, chart := range missing {
			gone[chart] = "no route"
		}
		return mocks.Up(t, stacks.With(config.Rehearsal(), config.WithoutCharts(gone)),
			asConfig(t, withPager(watched(readStackFile(t, "dev")))), mocks.WithStack("dev"))
	}
	r := without(charts.KubePrometheusStack.Name)
	assert.False(t, r.Has(releaseType, "monitoring"))
	assert.False(t, r.Has(releaseType, "gpu-metrics"), "of which nothing is left")
	for _, res := range r.Resources() {
		assert.NotContains(t, res.Type, "monitoring.coreos.com", res.URN)
		assert.NotContains(t, res.Name, "-metrics", "no door stays open for it")
	}
	assert.False(t, r.Has("kubernetes:core/v1:Secret", "secrets-monitoring-pager"))
	var said []string
	for _, log := range r.Logs {
		said = append(said, log.Message)
	}
	assert.Contains(t, strings.Join(said, "\n"), "plinth:monitoring is skipped: the chart kube-prometheus-stack cannot be had: no route")
	assert.Contains(t, strings.Join(said, "\n"), "plinth:monitoring.gpu is skipped: there is no monitoring")

	half := without(charts.DCGMExporter.Name)
	assert.True(t, half.Has(releaseType, "monitoring"))
	assert.False(t, half.Has(releaseType, "gpu-metrics"))
}

func TestMonitoringThatIsThereAlready(t *testing.T) {
	t.Parallel()
	values := withPager(watched(readStackFile(t, "dev")))
	values["plinth:monitoring"].(map[string]any)["install"] = false
	r := mocks.Up(t, stacks.With(config.Rehearsal()), asConfig(t, values), mocks.WithStack("dev"))
	assert.False(t, r.Has(releaseType, "monitoring"))
	assert.False(t, r.Has("kubernetes:core/v1:Namespace", "monitoring"))
	assert.True(t, r.Has(podMonitorType, "postgres"))
	assert.True(t, r.Has(alertConfigType, "monitoring"))
	assert.NotContains(t, r.Outputs, "grafana")
}
