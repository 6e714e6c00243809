package rules

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// legend is a label of a panel's legend.
var legend = regexp.MustCompile(`{{(\w+)}}`)

// TestPanels: Prometheus has an answer to each panel where the exporters tell what they do, and the answer has the labels that the
// legend names.
func TestPanels(t *testing.T) {
	t.Parallel()
	ask := sampled(t)
	for path, queries := range dashboardQueries(t) {
		for _, q := range queries {
			answer, err := ask(q.Expr)
			if !assert.NoError(t, err, "%s: %s", path, q.Expr) {
				continue
			}
			if !assert.NotEmpty(t, answer, "%s shows nothing for %s", path, q.Expr) {
				continue
			}
			for _, label := range legend.FindAllStringSubmatch(q.Legend, -1) {
				assert.True(t, answer[0].Metric.Has(label[1]), "%s: the legend %s has a label that %s has not", path, q.Legend, answer[0].Metric)
			}
		}
	}
}

// TestAnswers: what some panels show is what it is said to be.
func TestAnswers(t *testing.T) {
	t.Parallel()
	ask := sampled(t)
	for part, want := range map[string]float64{
		`workload=~".+",class="4xx"`: 0.1, `workload=~".+",class="5xx"`: 0, // share of requests, also where there are none of that kind
		`kube_pod_container_resource_limits`: 0.5, `kubelet_volume_stats_used_bytes`: 0.4,
		`kube_pod_status_ready`:        1, // and not the Job's, which is done
		`DCGM_FI_DEV_FB_FREE`:          0.25,
		`processed_batch_size_sum`:     4,
		`pg_stat_database_active_time`: 0.1, `cnpg_pg_stat_database_time_active`: 0.1, // seconds for each transaction
		`pg_stat_database_blks_hit`: 0.99, `redis_keyspace_hits_total`: 0.9,
		`cnpg_pg_replication_streaming_replicas`: 1, // as the primary has it
		`redis_commands_duration_seconds_total`:  0.001,
		`rabbitmq_resident_memory_limit_bytes`:   0.6,
		`last_available_backup_timestamp`:        59 * 60,
	} {
		found := false
		for path, queries := range dashboardQueries(t) {
			for _, q := range queries {
				if !strings.Contains(q.Expr, part) {
					continue
				}
				found = true
				answer, err := ask(strings.ReplaceAll(q.Expr, `workload=~".+"`, `workload="api"`))
				require.NoError(t, err)
				if assert.Len(t, answer, 1, "%s: %s", path, q.Expr) {
					assert.InDelta(t, want, answer[0].F, 1e-9, "%s: %s", path, q.Expr)
				}
			}
		}
		assert.True(t, found, "no panel asks for %s", part)
	}
}

// sampled is a Prometheus that has been told testdata/exported.txt for an hour.
func sampled(t *testing.T) func(expr string) (promql.Vector, error) {
	t.Helper()
	// A comment would end what is loaded.
	series := regexp.MustCompile(`(?m)^ *#.*\n`).ReplaceAllString(string(read(t, "testdata/exported.txt")), "")
	storage := promqltest.LoadedStorage(t, series)
	engine := promqltest.NewTestEngine(t, false, 0, promqltest.DefaultMaxSamplesPerQuery)
	return func(expr string) (promql.Vector, error) {
		query, err := engine.NewInstantQuery(context.Background(), storage, nil, expr, time.Unix(3600, 0))
		if err != nil {
			return nil, err
		}
		defer query.Close()
		return query.Exec(context.Background()).Vector()
	}
}
