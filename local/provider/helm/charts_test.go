package helm

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/stretchr/testify/require"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/repo"
)

const configMap = `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-greeting}
data: {greeting: {{ required "greeting is required" .Values.greeting | quote }}, revision: {{ .Release.Revision | quote }}}
`

const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: greetings.plinth.test}
spec:
  group: plinth.test
  scope: Namespaced
  names: {kind: Greeting, plural: greetings, singular: greeting, listKind: GreetingList}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`

// files of a chart, beside its Chart.yaml.
type files map[string]string

var greeter = files{"templates/greeting.yaml": configMap, "values.yaml": "greeting: hello\n"}

// writeChart returns the folder of a chart.
func writeChart(t *testing.T, name, version, more string, content files) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	write := func(path, text string) {
		path = filepath.Join(dir, path)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	write("Chart.yaml", "apiVersion: v2\nname: "+name+"\nversion: "+version+"\nappVersion: \"9.9\"\n"+more)
	for path, text := range content {
		write(path, text)
	}
	return dir
}

func packChart(t *testing.T, dir, into string) string {
	t.Helper()
	loaded, err := loader.LoadDir(dir)
	require.NoError(t, err)
	path, err := chartutil.Save(loaded, into)
	require.NoError(t, err)
	return path
}

// serveCharts is a chart repository on loopback; with a password it wants user and password.
func serveCharts(t *testing.T, password string, dirs ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, dir := range dirs {
		packChart(t, dir, root)
	}
	index, err := repo.IndexDirectory(root, "")
	require.NoError(t, err)
	index.SortEntries()
	require.NoError(t, index.WriteFile(filepath.Join(root, "index.yaml"), 0o600))
	files := http.FileServer(http.Dir(root))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, given, _ := r.BasicAuth(); password != "" && (user != "ada" || given != password) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// serveOCI is a registry with one chart, over TLS and behind a login. It returns the chart's
// reference and the file of its CA.
func serveOCI(t *testing.T, password, packed string) (ref, caFile string) {
	t.Helper()
	layer, err := os.ReadFile(packed)
	require.NoError(t, err)
	config := []byte(`{"name":"greeter","version":"1.0.0","apiVersion":"v2"}`)
	describe := func(mediaType string, blob []byte) map[string]any {
		return map[string]any{"mediaType": mediaType, "digest": digest.FromBytes(blob).String(), "size": len(blob)}
	}
	const manifestType = "application/vnd.oci.image.manifest.v1+json"
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": manifestType,
		"config": describe("application/vnd.cncf.helm.config.v1+json", config),
		"layers": []any{describe("application/vnd.cncf.helm.chart.content.v1.tar+gzip", layer)},
	})
	require.NoError(t, err)
	const base = "/v2/charts/greeter/"
	content := map[string][]byte{
		"/v2/":                   []byte("{}"),
		base + "tags/list":       []byte(`{"name":"charts/greeter","tags":["1.0.0"]}`),
		base + "manifests/1.0.0": manifest,
		base + "manifests/" + digest.FromBytes(manifest).String(): manifest,
		base + "blobs/" + digest.FromBytes(config).String():       config,
		base + "blobs/" + digest.FromBytes(layer).String():        layer,
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, given, _ := r.BasicAuth(); user != "ada" || given != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="charts"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		found, ok := content[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		if strings.Contains(r.URL.Path, "/manifests/") {
			w.Header().Set("Content-Type", manifestType)
			w.Header().Set("Docker-Content-Digest", digest.FromBytes(found).String())
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(found))
	}))
	t.Cleanup(server.Close)
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(caFile, ca, 0o600))
	return "oci://" + strings.TrimPrefix(server.URL, "https://") + "/charts/greeter", caFile
}
