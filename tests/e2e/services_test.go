package e2e

import (
	"archive/tar"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/tests/crds"
)

const services = `config:
  pulumi:disable-default-providers: ["*"]
  plinth:cloud: existing
  plinth:domain: example.com
  plinth:charts: file://MIRROR
  plinth:gateway: { enabled: true }
  plinth:certificates: { enabled: true }
  plinth:cluster: { pools: { system: { cpu: 4, memory: 16Gi, nodes: { min: 1 } }, gpu: { gpu: { model: t4 }, nodes: { min: 1 } } } }
  plinth:secrets: { values: { alerts: { pagerduty: { generate: 32 }, slack: { generate: 32 } } } }
  plinth:monitoring:
    enabled: true
    alerts:
      pagerduty: { key: { name: alerts, key: pagerduty } }
      slack: { url: { name: alerts, key: slack }, channel: "#alerts" }
  plinth:autoscaling: { enabled: true, recommendations: true }
  plinth:logging: elastic
  plinth:tracing: { enabled: true }
  plinth:rabbitmq: { queues: [ { name: orders } ] }
  plinth:workloads:
    api: { image: "api:1", tracing: true, ports: { http: 8080 }, metrics: { path: /actuator/prometheus }, route: { host: api, rateLimit: 100/s } }
    infer: { image: "infer:1", ports: { grpc: 9000 }, route: { host: infer } }
    worker: { image: "worker:1", uses: [rabbitmq], replicas: { min: 0, max: 5, cpu: 70, queue: { name: orders } } }
    clerk: { image: "clerk:1", replicas: { min: 1, schedule: { timeZone: Europe/Berlin, start: 0 7 * * 1-5, end: 0 20 * * 1-5, replicas: 2 } } }
`

// definitions are the real ones of a folder, by file.
func definitions(t *testing.T, folder string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	require.NoError(t, err)
	if len(paths) == 0 {
		t.Skipf("there are no definitions at %s: our objects are not proven against them", folder)
	}
	texts := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		texts[filepath.Base(path)] = string(text)
	}
	return texts
}

// shared is the folder of the definitions that a project published.
func shared(project string) string { return filepath.Join("../../../shared/crds", project) }

// writeChart packs a chart that brings the real definitions in a folder, if it is given one, and nothing else. They are in a part of the chart, as
// Envoy Gateway has them: Helm keeps the chart itself with the release, and they would be too big.
func writeChart(t *testing.T, mirror string, chart charts.Chart, folder string) {
	t.Helper()
	files := map[string]string{
		"Chart.yaml":             "apiVersion: v2\nname: " + chart.Name + "\nversion: " + chart.Version + "\ndependencies: [{name: crds, version: 0.0.0}]\n",
		"templates/present.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Release.Name }}'}\n",
		"charts/crds/Chart.yaml": "apiVersion: v2\nname: crds\nversion: 0.0.0\n",
	}
	if folder != "" {
		for name, text := range definitions(t, folder) {
			files["charts/crds/crds/"+name] = text
		}
	}
	out, err := os.Create(filepath.Join(mirror, chart.Name+"-"+chart.Version+".tgz"))
	require.NoError(t, err)
	packed := gzip.NewWriter(out)
	archive := tar.NewWriter(packed)
	for name, text := range files {
		require.NoError(t, archive.WriteHeader(&tar.Header{Name: chart.Name + "/" + name, Mode: 0o600, Size: int64(len(text))}))
		_, err := archive.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, packed.Close())
	require.NoError(t, out.Close())
}

// TestServices brings the platform services up from a mirror, and goes on without them when it is gone.
func TestServices(t *testing.T) {
	mirror := t.TempDir()
	writeChart(t, mirror, charts.EnvoyGateway, shared("envoy-gateway"))
	writeChart(t, mirror, charts.CertManager, shared("cert-manager"))
	writeChart(t, mirror, charts.KubePrometheusStack, shared("prometheus-operator"))
	writeChart(t, mirror, charts.DCGMExporter, "")
	writeChart(t, mirror, charts.KEDA, crds.KEDA(t))
	writeChart(t, mirror, charts.VerticalPodAutoscaler, shared("vertical-pod-autoscaler"))
	writeChart(t, mirror, charts.ECKOperator, shared("eck-operator"))
	writeChart(t, mirror, charts.OpenTelemetryCollector, "")
	writeChart(t, mirror, charts.Jaeger, "")
	p := newProject(t, "dev")
	p.write(services)
	p.edit("MIRROR", mirror)

	out := p.ok("up")
	for _, object := range []string{
		"GatewayClass plinth", "Gateway envoy-gateway-system/plinth", "HTTPRoute apps/api", "GRPCRoute apps/infer",
		"BackendTrafficPolicy apps/api", "ClientTrafficPolicy envoy-gateway-system/https", "EnvoyProxy envoy-gateway-system/plinth",
		"Certificate envoy-gateway-system/wildcard.example.com",
		"ScaledObject apps/worker", "TriggerAuthentication apps/worker", "ScaledObject apps/clerk", "VerticalPodAutoscaler apps/api",
		"Elasticsearch logging/logs", "Kibana logging/logs", "Beat logging-agents/filebeat",
		"ServiceMonitor apps/api", "PrometheusRule apps/api", "PrometheusRule monitoring/monitoring-requests", "AlertmanagerConfig monitoring/plinth",
		"PodMonitor data/rabbitmq", "PodMonitor envoy-gateway-system/gateway", "PodMonitor gpu-metrics/gpu-metrics", "PodMonitor keda/keda",
		"PodMonitor tracing/tracing-opentelemetry-collector", "PodMonitor tracing/tracing-jaeger",
	} {
		assert.Contains(t, out, object, "the API server accepts it")
	}
	assert.NotContains(t, out, "is skipped")
	assert.Contains(t, p.ok("up"), "no change")

	require.NoError(t, os.Remove(filepath.Join(mirror, charts.CertManager.Name+"-"+charts.CertManager.Version+".tgz")))
	out = p.ok("up")
	assert.Contains(t, out, "plinth:certificates is skipped: the chart cert-manager cannot be had")
	assert.NotContains(t, out, "plinth:gateway is skipped")
}
