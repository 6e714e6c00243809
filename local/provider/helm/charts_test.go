package helm

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

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
