package postgres

import (
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"github.com/plinth-iac/plinth/components/backup"
	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/observe/observetest"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func TestRules(t *testing.T) {
	t.Parallel()
	overdue, err := backup.Overdue(backupTooOld, "data", "postgres-backup", backup.Spec{}.Complete())
	require.NoError(t, err)
	for file, alerts := range map[string][]observe.Alert{
		"postgres-ha":      append(haAlerts("data", "postgres-ha", 3), haBackupAlerts("data", "postgres-ha", 26*time.Hour)...),
		"postgres-managed": managedAlerts("data", "postgres", "postgres-exporter"),
		"postgres-single":  append(singleAlerts("data", "postgres"), overdue),
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			observetest.Keep(t, file, observe.Rules(file, alerts))
		})
	}
}

func TestObserved(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spec  Spec
		app   string
		ports []int32
		rules int
	}{
		"single": {Spec{}, "postgres", []int32{9187}, 5},
		"ha":     {Spec{Mode: spec.HA}, "postgresql", []int32{9187}, 8},
		"pooled": {Spec{Mode: spec.HA, Pooler: &Pooler{}}, "postgresql", []int32{9187, 9127}, 8},
		"bare":   {Spec{Backup: Backup{Enabled: new(false)}}, "postgres", []int32{9187}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := mocks.Up(t, program(t, test.spec, func(args *Args) {
				withServices(args)
				args.Monitoring = []pulumi.Resource{}
			}))
			policy := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, "postgres-metrics")).Spec
			assert.Equal(t, map[string]string{"app.kubernetes.io/name": test.app}, policy.PodSelector.MatchLabels)
			var ports []int32
			for _, port := range policy.Ingress[0].Ports {
				ports = append(ports, port.Port.IntVal)
			}
			assert.Equal(t, test.ports, ports)
			groups := rec.Get(t, "kubernetes:monitoring.coreos.com/v1:PrometheusRule", "postgres").At("spec.groups")
			assert.Len(t, mocks.One(t, groups)["rules"], test.rules)
		})
	}
	rec := mocks.Up(t, program(t, Spec{}, nil))
	assert.Empty(t, rec.ByType("kubernetes:monitoring.coreos.com/v1:PrometheusRule"), "without monitoring there is nobody to watch")
}

// TestQueries: what the operator is to ask for beside its own is what it can read, and named to it.
func TestQueries(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{Mode: spec.HA}, func(args *Args) {
		withServices(args)
		args.Monitoring = []pulumi.Resource{}
	}))
	made := mocks.As[*corev1.ConfigMap](t, rec.Get(t, "kubernetes:core/v1:ConfigMap", "postgres-ha-queries"))
	named := rec.Get(t, "kubernetes:postgresql.cnpg.io/v1:Cluster", "postgres-ha").At("spec.monitoring.customQueriesConfigMap")
	reference := named.([]any)[0].(map[string]any)
	assert.Equal(t, "queries.yaml", reference["key"])
	assert.Contains(t, reference["name"], "postgres-ha-queries-", "the name that the cluster gave it")

	var asked map[string]struct {
		Query   string
		Metrics []map[string]struct{ Usage, Description string }
	}
	require.NoError(t, yaml.UnmarshalStrict([]byte(made.Data["queries.yaml"]), &asked))
	var metrics []string
	for query, q := range asked {
		for _, columns := range q.Metrics {
			for column, c := range columns {
				assert.Contains(t, q.Query, column)
				if c.Usage != "LABEL" {
					metrics = append(metrics, "cnpg_"+query+"_"+column)
				}
			}
		}
	}
	assert.Equal(t, []string{"cnpg_pg_stat_database_time_active_seconds_total"}, metrics)
	assert.False(t, mocks.Up(t, program(t, Spec{Mode: spec.HA}, withServices)).Has("kubernetes:core/v1:ConfigMap", "postgres-ha-queries"))
}
