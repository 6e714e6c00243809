package dashboards

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/plinth-iac/plinth/components/grafana"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/golden"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const configMap = "kubernetes:core/v1:ConfigMap"

func program(t *testing.T, args Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		args.Namespace, args.Data = pulumi.String("monitoring"), "data"
		return New(ctx, "dashboards", &args, pulumi.Provider(mocks.Kubernetes(t, ctx)))
	}
}

var (
	most = Args{
		Postgres: spec.HA, Redis: spec.HA, RabbitMQ: spec.HA, Models: []string{"ml-inference", "triage"}, GPU: true, Logs: true,
	}
	single = Args{Postgres: spec.Single, Redis: spec.Single, RabbitMQ: spec.Single, Models: []string{"ml-inference"}}
)

// files are the dashboards by the key of their ConfigMaps.
func files(t *testing.T, rec *mocks.Recording) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, res := range rec.ByType(configMap) {
		made := mocks.As[*corev1.ConfigMap](t, res)
		assert.Equal(t, "monitoring", made.Namespace)
		assert.Equal(t, "1", made.Labels["grafana_dashboard"])
		for key, text := range made.Data {
			all[key] = text
		}
	}
	return all
}

// TestDashboards keeps the dashboards in testdata, whose expressions tests/rules checks. After a change that is meant,
// UPDATE_GOLDEN=1 go test ./components/dashboards.
func TestDashboards(t *testing.T) {
	t.Parallel()
	for kind, args := range map[string]Args{"most": most, "single": single} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				all := files(t, run(t, program(t, args)))
				assert.Len(t, all, 4)
				for key, text := range all {
					// The API server takes no object above 1 MiB, and kubectl apply none whose annotation is above 256 KiB.
					assert.Less(t, len(text), 256<<10, key)
					keep(t, kind+"-"+key, text)
				}
			})
		})
	}
}

func keep(t *testing.T, name, text string) {
	t.Helper()
	var indented bytes.Buffer
	require.NoError(t, json.Indent(&indented, []byte(text), "", " "))
	indented.WriteByte('\n')
	golden.Check(t, filepath.Join("testdata", name), indented.String())
}

func TestOnlyWhatIsThere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args Args
		want map[string][]string
	}{
		"nothing": {Args{}, map[string][]string{"plinth-overview": {"Requests", "Pods", "Health"}}},
		"managed": {
			Args{Postgres: spec.Managed, Redis: spec.Managed, RabbitMQ: spec.Managed, Logs: true},
			map[string][]string{"plinth-overview": {"Requests", "Pods", "Health", "Logs"}, "plinth-database": {"Postgres", "Redis"}},
		},
		"GPUs": {Args{GPU: true}, map[string][]string{"plinth-overview": {"Requests", "Pods", "Health"}, "plinth-inference": {"GPUs"}}},
		"models": {Args{Models: []string{"m"}, RabbitMQ: spec.Single}, map[string][]string{
			"plinth-overview": {"Requests", "Pods", "Health"}, "plinth-inference": {"Throughput and latency", "Models and batches", "Queues"},
			"plinth-queues": {"Messages", "Dead letters", "Brokers"},
		}},
		"redis": {Args{Redis: spec.Single}, map[string][]string{"plinth-overview": {"Requests", "Pods", "Health"}, "plinth-database": {"Redis"}}},
		"single": {Args{Postgres: spec.Single}, map[string][]string{
			"plinth-overview": {"Requests", "Pods", "Health"}, "plinth-database": {"Postgres"},
		}},
		"ha": {Args{Postgres: spec.HA}, map[string][]string{
			"plinth-overview": {"Requests", "Pods", "Health"}, "plinth-database": {"Postgres", "Postgres replication and backups"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := map[string][]string{}
			for _, d := range test.args.all() {
				for _, row := range d.Rows {
					got[d.UID] = append(got[d.UID], row.Title)
				}
			}
			assert.Equal(t, test.want, got)
		})
	}
}

// TestAsked: the four have what they were asked to have.
func TestAsked(t *testing.T) {
	t.Parallel()
	titles := map[string][]string{}
	for _, d := range most.all() {
		for _, row := range d.Rows {
			for _, panel := range row.Panels {
				titles[d.UID] = append(titles[d.UID], panel.Title)
			}
		}
	}
	for uid, want := range map[string][]string{
		"plinth-overview":  {"Request rate", "Latency p50", "Latency p95", "Latency p99", "4xx", "5xx", "CPU", "Memory", "Network", "Disk", "Logs"},
		"plinth-inference": {"Latency by model", "GPU use", "GPU memory", "Batch size", "Throughput by model", "Ready"},
		"plinth-database":  {"Connections", "Query time", "Replication lag", "Transactions"},
		"plinth-queues":    {"Ready", "Unacknowledged", "Published", "Consumed", "Dead letters"},
	} {
		assert.Subset(t, titles[uid], want, uid)
	}
}

// TestReadable: people see what each panel is about, in which unit, and which line is which.
func TestReadable(t *testing.T) {
	t.Parallel()
	for _, args := range []Args{most, single} {
		for _, d := range args.all() {
			assert.NotEmpty(t, d.Description, d.UID)
			titles := map[string]bool{}
			for _, row := range d.Rows {
				for _, panel := range row.Panels {
					at := d.UID + "/" + panel.Title
					assert.False(t, titles[panel.Title], "two panels are called %s", at)
					titles[panel.Title] = true
					assert.NotEmpty(t, panel.Description, at)
					if panel.Logs != "" {
						continue
					}
					assert.NotEmpty(t, panel.Unit, at)
					require.NotEmpty(t, panel.Queries, at)
					for _, q := range panel.Queries {
						assert.NotEmpty(t, q.Legend, at)
						assert.NotContains(t, q.Expr, "%!", at)
						checkVariables(t, d, q.Expr, at)
					}
				}
			}
		}
	}
}

// checkVariables: what an expression leaves to choose can be chosen.
func checkVariables(t *testing.T, d *grafana.Dashboard, expr, at string) {
	t.Helper()
	rest := strings.ReplaceAll(expr, "$__rate_interval", "")
	for _, v := range d.Variables {
		rest = strings.ReplaceAll(rest, "$"+v.Name, "")
	}
	assert.NotContains(t, rest, "$", at)
}
