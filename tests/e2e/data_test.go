package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/charts"
)

const highlyAvailable = `config:
  pulumi:disable-default-providers: ["*"]
  plinth:cloud: existing
  plinth:charts: file://MIRROR
  plinth:cluster: { zones: 3, pools: { system: { cpu: 4, memory: 16Gi, nodes: { min: 3, max: 6 } } } }
  plinth:postgres: { mode: ha, instances: 3, storage: 10Gi, databases: { reports: {} } }
  plinth:redis: { mode: ha }
  plinth:rabbitmq: { mode: ha, queues: [{ name: medical_data, deadLetter: true }] }
  plinth:workloads:
    api: { image: "api:1", ports: { http: 8080 }, uses: [postgres, redis, rabbitmq] }
`

// writeManifest puts a release manifest with the real definitions in a folder, and nothing else, into a mirror.
func writeManifest(t *testing.T, mirror string, manifest charts.Manifest, folder string) {
	t.Helper()
	var objects []string
	for _, text := range definitions(t, folder) {
		objects = append(objects, strings.TrimPrefix(text, "---\n"))
	}
	path := filepath.Join(mirror, manifest.Name+"-"+manifest.Version+".yaml")
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(objects, "\n---\n")), 0o600))
}

// TestHighlyAvailableData shows what runs a data service's servers to an API server that has the operators' own definitions.
func TestHighlyAvailableData(t *testing.T) {
	t.Parallel()
	mirror := t.TempDir()
	writeChart(t, mirror, charts.CloudNativePG, shared("cloudnative-pg"))
	writeChart(t, mirror, charts.RedisOperator, shared("redis-operator"))
	writeManifest(t, mirror, charts.RabbitMQClusterOperator, shared("rabbitmq-cluster-operator"))
	writeManifest(t, mirror, charts.RabbitMQTopologyOperator, shared("rabbitmq-messaging-topology-operator"))
	p := newProject(t, "dev")
	p.write(highlyAvailable)
	p.edit("MIRROR", mirror)

	out := p.ok("up")
	for _, object := range []string{
		"Cluster data/postgres-ha ", "Database data/postgres-ha-reports", "RedisReplication data/redis-ha ", "RedisSentinel data/redis-ha ",
		"RabbitmqCluster data/rabbitmq-ha ", "Queue data/rabbitmq-ha-medical-data-", "Exchange data/rabbitmq-ha-dead-letter-",
		"Binding data/rabbitmq-ha-medical-data-dead-", "Policy data/rabbitmq-ha-medical-data-", "User data/rabbitmq-ha-app-", "Permission data/rabbitmq-ha-app-",
	} {
		assert.Contains(t, out, object, "the API server accepts it")
	}
	assert.NotContains(t, out, "is skipped")
	assert.Regexp(t, `data/redis-ha +RedisReplication +\d servers, which its operator starts on real nodes only`, out)
	assert.Contains(t, p.ok("up"), "no change", "what the definitions fill in is no drift")

	p.edit("deadLetter: true }", "deadLetter: true }, { name: reports }")
	out = p.ok("up")
	assert.Contains(t, out, "Queue data/rabbitmq-ha-reports-", "a queue that is added to the file is added to the broker")

	p.edit("storage: 10Gi", "storage: 5Gi")
	out = p.fails("up")
	assert.Contains(t, out, "postgres.storage", "and a disk is not made smaller")
}
