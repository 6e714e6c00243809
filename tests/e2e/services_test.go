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
)

const services = `config:
  pulumi:disable-default-providers: ["*"]
  plinth:cloud: existing
  plinth:domain: example.com
  plinth:charts: file://MIRROR
  plinth:gateway: { enabled: true }
  plinth:certificates: { enabled: true }
  plinth:workloads:
    api: { image: "api:1", ports: { http: 8080 }, route: { host: api, rateLimit: 100/s } }
    infer: { image: "infer:1", ports: { grpc: 9000 }, route: { host: infer } }
`

// definitions are the real ones of a folder of shared, by file.
func definitions(t *testing.T, shared string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("../../../shared/crds", shared, "*.yaml"))
	require.NoError(t, err)
	if len(paths) == 0 {
		t.Skipf("the definitions of %s are not at ../shared/crds: our objects are not proven against them", shared)
	}
	texts := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		texts[filepath.Base(path)] = string(text)
	}
	return texts
}

// writeChart packs a chart that brings the real definitions of shared and nothing else. They are in a part of the chart, as
// Envoy Gateway has them: Helm keeps the chart itself with the release, and they would be too big.
func writeChart(t *testing.T, mirror string, chart charts.Chart, shared string) {
	t.Helper()
	files := map[string]string{
		"Chart.yaml":             "apiVersion: v2\nname: " + chart.Name + "\nversion: " + chart.Version + "\ndependencies: [{name: crds, version: 0.0.0}]\n",
		"templates/present.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Release.Name }}'}\n",
		"charts/crds/Chart.yaml": "apiVersion: v2\nname: crds\nversion: 0.0.0\n",
	}
	for name, text := range definitions(t, shared) {
		files["charts/crds/crds/"+name] = text
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
	writeChart(t, mirror, charts.EnvoyGateway, "envoy-gateway")
	writeChart(t, mirror, charts.CertManager, "cert-manager")
	p := newProject(t, "dev")
	p.write(services)
	p.edit("MIRROR", mirror)

	out := p.ok("up")
	for _, object := range []string{
		"GatewayClass plinth", "Gateway envoy-gateway-system/plinth", "HTTPRoute apps/api", "GRPCRoute apps/infer",
		"BackendTrafficPolicy apps/api", "ClientTrafficPolicy envoy-gateway-system/https", "EnvoyProxy envoy-gateway-system/plinth",
		"Certificate envoy-gateway-system/wildcard.example.com",
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
