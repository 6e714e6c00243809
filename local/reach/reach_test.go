package reach_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/local/reach"
)

func TestCharts(t *testing.T) {
	t.Parallel()
	good := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/index.yaml" {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	t.Cleanup(good.Close)
	gone := httptest.NewServer(nil)
	gone.Close()

	missing := reach.Charts(t.Context(), "", []charts.Chart{
		{Name: "here", Repository: good.URL, Version: "1.0.0"},
		{Name: "forbidden", Repository: good.URL + "/elsewhere", Version: "1.0.0"},
		{Name: "login", Repository: strings.Replace(good.URL, "://", "://user:hunter2@", 1) + "/elsewhere", Version: "1.0.0"},
		{Name: "gone", Repository: gone.URL, Version: "1.0.0"},
		{Name: "registry", Repository: "oci://127.0.0.1:1/charts", Version: "1.0.0"},
	})
	assert.NotContains(t, missing, "here")
	assert.Contains(t, missing["forbidden"], "/elsewhere/index.yaml answered 403")
	assert.Contains(t, missing["login"], "answered 403")
	assert.NotContains(t, missing["login"], "hunter2")
	assert.Contains(t, missing["gone"], "refused")
	assert.Contains(t, missing["registry"], "https://127.0.0.1:1/v2/")

	assert.Empty(t, reach.Charts(t.Context(), good.URL, []charts.Chart{charts.KEDA, charts.CertManager}), "a mirror has them all")
}

func TestChartsInFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "keda-"+charts.KEDA.Version+".tgz"), nil, 0o600))
	missing := reach.Charts(t.Context(), "file://"+folder, []charts.Chart{charts.KEDA, charts.CertManager})
	assert.Contains(t, missing["cert-manager"], "no such file")
	assert.NotContains(t, missing, "keda")
}
