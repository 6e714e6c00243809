package tests

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/stacks/config"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// dashboardRows are the titles of the rows of each dashboard that a program makes.
func dashboardRows(t *testing.T, r *mocks.Recording) map[string][]string {
	t.Helper()
	rows := map[string][]string{}
	for _, res := range r.ByType("kubernetes:core/v1:ConfigMap") {
		made := mocks.As[*corev1.ConfigMap](t, res)
		if made.Labels["grafana_dashboard"] != "1" {
			continue
		}
		for key, text := range made.Data {
			var dashboard struct {
				Panels []struct{ Type, Title string }
			}
			require.NoError(t, json.Unmarshal([]byte(text), &dashboard), key)
			uid := strings.TrimSuffix(key, ".json")
			for _, panel := range dashboard.Panels {
				if panel.Type == "row" {
					rows[uid] = append(rows[uid], panel.Title)
				}
			}
		}
	}
	return rows
}

func TestDashboardsInEachEnvironment(t *testing.T) {
	t.Parallel()
	for stack, postgres := range map[string][]string{
		"dev": {"Postgres"}, "stage": {"Postgres"}, "prod": {"Postgres", "Postgres replication and backups"},
	} {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				r := run(t, stacks.With(config.Rehearsal(), config.WithoutCharts(nil)),
					asConfig(t, withPager(watched(readStackFile(t, stack)))), mocks.WithStack(stack))
				overview := []string{"Requests", "Pods", "Health"}
				if stack != "dev" {
					overview = append(overview, "Logs")
				}
				assert.Equal(t, map[string][]string{
					"plinth-overview":  overview,
					"plinth-inference": {"Throughput and latency", "Models and batches", "Queues", "GPUs"},
					"plinth-database":  append(postgres, "Redis"),
					"plinth-queues":    {"Messages", "Dead letters", "Brokers"},
				}, dashboardRows(t, r))
			})
		})
	}
}

func TestNoDashboardsWithoutMonitoring(t *testing.T) {
	t.Parallel()
	r := mocks.Up(t, stacks.With(config.Rehearsal()), asConfig(t, readStackFile(t, "dev")), mocks.WithStack("dev"))
	assert.Empty(t, dashboardRows(t, r))
}

func TestDashboardsOfALittle(t *testing.T) {
	t.Parallel()
	values := withPager(watched(readStackFile(t, "dev")))
	for _, key := range []string{"plinth:postgres", "plinth:redis", "plinth:rabbitmq", "plinth:workloads"} {
		delete(values, key)
	}
	values["plinth:monitoring"].(map[string]any)["gpu"] = false
	up := func() map[string][]string {
		return dashboardRows(t, mocks.Up(t, stacks.With(config.Rehearsal()), asConfig(t, values), mocks.WithStack("dev")))
	}
	assert.Equal(t, map[string][]string{"plinth-overview": {"Requests", "Pods", "Health"}}, up())
	serving := map[string]any{"image": "tensorflow/serving:2.19.0", "ports": map[string]any{"rest": 8501}}
	values["plinth:workloads"] = map[string]any{"triage": serving}
	assert.NotContains(t, up(), "plinth-inference", "nothing is known of what it serves")
	serving["metrics"] = map[string]any{"path": "/monitoring/prometheus/metrics"}
	assert.Equal(t, []string{"Throughput and latency", "Models and batches"}, up()["plinth-inference"])
}
