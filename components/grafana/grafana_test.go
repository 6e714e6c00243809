package grafana

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	configMap = "kubernetes:core/v1:ConfigMap"
	secret    = "kubernetes:core/v1:Secret"
)

type host struct{ pulumi.ResourceState }

// program runs register below a host component.
func program(t *testing.T, register func(*pulumi.Context, pulumi.ResourceOption) error) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		h := &host{}
		if err := ctx.RegisterComponentResource("plinth:test:Host", "host", h, pulumi.Provider(mocks.Kubernetes(t, ctx))); err != nil {
			return err
		}
		if err := register(ctx, pulumi.Parent(h)); err != nil {
			return err
		}
		return ctx.RegisterResourceOutputs(h, pulumi.Map{})
	}
}

func TestDatasource(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, func(ctx *pulumi.Context, parent pulumi.ResourceOption) error {
			return NewDatasource(ctx, "grafana-loki", &Datasource{
				Namespace: pulumi.String("monitoring"), UID: Loki, Title: "Loki", Type: "loki", URL: "http://loki-gateway.logging",
				Options: map[string]any{"maxLines": 1000},
			}, parent)
		}))
		made := mocks.As[*corev1.ConfigMap](t, rec.Get(t, configMap, "grafana-loki"))
		assert.Equal(t, "grafana-loki", made.Name)
		assert.Equal(t, "monitoring", made.Namespace)
		assert.Equal(t, "1", made.Labels["grafana_datasource"])
		assert.JSONEq(t, `{"apiVersion": 1, "datasources": [{
			"uid": "loki", "name": "Loki", "type": "loki", "access": "proxy", "url": "http://loki-gateway.logging", "editable": false,
			"jsonData": {"maxLines": 1000}}]}`, made.Data["loki.yaml"])
		assert.Empty(t, rec.ByType(secret))
	})
}

func TestDatasourceWithPassword(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, func(ctx *pulumi.Context, parent pulumi.ResourceOption) error {
			return NewDatasource(ctx, "grafana-elasticsearch", &Datasource{
				Namespace: pulumi.String("monitoring"), UID: Elasticsearch, Title: "Elasticsearch", Type: "elasticsearch", URL: "http://es:9200",
				User: "elastic", Password: pulumi.ToSecret(pulumi.String("a$b")).(pulumi.StringOutput),
			}, parent)
		}))
		made := rec.Get(t, secret, "grafana-elasticsearch")
		assert.Empty(t, rec.ByType(configMap))
		assert.IsType(t, mocks.Secret(""), made.Inputs["stringData"], "the password must be a secret in the state")
		var file struct{ Datasources []map[string]any }
		require.NoError(t, json.Unmarshal([]byte(mocks.As[*corev1.Secret](t, made).StringData["elasticsearch.yaml"]), &file))
		assert.Equal(t, map[string]any{"basicAuthPassword": "a$$b"}, file.Datasources[0]["secureJsonData"], "Grafana makes $$ into $")
		assert.Equal(t, "elastic", file.Datasources[0]["basicAuthUser"])
		assert.Equal(t, true, file.Datasources[0]["basicAuth"])
	})
}

var page = Dashboard{
	UID: "page", Title: "Page", Description: "What it is about.",
	Variables: []Variable{{Name: "namespace", Label: "Namespace", Metric: "kube_pod_info", Of: "namespace"}},
	Rows: []Row{
		{Title: "One", Panels: []Panel{{
			Title: "A", Unit: "s", Max: 1, Stacked: true, Queries: []Query{{Expr: "a", Legend: "{{pod}}"}, {Expr: "b", Legend: "limit"}},
		}}},
		{Title: "Five", Panels: []Panel{{Title: "B"}, {Title: "C"}, {Title: "D"}, {Title: "E"}, {Title: "F"}}},
		{Title: "Logs", Panels: []Panel{{Title: "G", Logs: `{namespace="apps"}`}}},
	},
}

func TestDashboard(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, func(ctx *pulumi.Context, parent pulumi.ResourceOption) error {
			return NewDashboard(ctx, "dashboard-page", pulumi.String("monitoring"), &page, parent)
		}))
		made := mocks.As[*corev1.ConfigMap](t, rec.Get(t, configMap, "dashboard-page"))
		assert.Equal(t, "dashboard-page", made.Name)
		assert.Equal(t, "1", made.Labels["grafana_dashboard"])
		var model map[string]any
		require.NoError(t, json.Unmarshal([]byte(made.Data["page.json"]), &model))
		assert.Equal(t, "page", model["uid"])
		assert.Equal(t, "label_values(kube_pod_info, namespace)", model["templating"].(map[string]any)["list"].([]any)[0].(map[string]any)["definition"])
	})
}

func TestLayout(t *testing.T) {
	t.Parallel()
	type place struct{ x, y, w, h int }
	var places []place
	var titles []string
	ids := map[any]bool{}
	for _, panel := range page.panels() {
		p := panel.(map[string]any)
		at := p["gridPos"].(map[string]any)
		places = append(places, place{at["x"].(int), at["y"].(int), at["w"].(int), at["h"].(int)})
		titles = append(titles, p["title"].(string))
		ids[p["id"]] = true
	}
	assert.Equal(t, []string{"One", "A", "Five", "B", "C", "D", "E", "F", "Logs", "G"}, titles)
	assert.Len(t, ids, len(titles))
	assert.Equal(t, []place{
		{0, 0, 24, 1},
		{0, 1, 24, 8},
		{0, 9, 24, 1},
		{0, 10, 8, 8},
		{8, 10, 8, 8},
		{16, 10, 8, 8},
		{0, 18, 8, 8},
		{8, 18, 8, 8},
		{0, 26, 24, 1},
		{0, 27, 24, 8},
	}, places)
	assert.Equal(t, columns/2, width(2))
	assert.Equal(t, columns/2, width(4))
}

func TestPanels(t *testing.T) {
	t.Parallel()
	panel := page.Rows[0].Panels[0].model()
	defaults := panel["fieldConfig"].(map[string]any)["defaults"].(map[string]any)
	assert.Equal(t, "s", defaults["unit"])
	assert.Equal(t, 1.0, defaults["max"])
	assert.Equal(t, "normal", defaults["custom"].(map[string]any)["stacking"].(map[string]any)["mode"])
	var refs []any
	for _, target := range panel["targets"].([]any) {
		refs = append(refs, target.(map[string]any)["refId"])
		assert.Equal(t, map[string]any{"uid": "prometheus", "type": "prometheus"}, target.(map[string]any)["datasource"])
	}
	assert.Equal(t, []any{"A", "B"}, refs)
	plain := page.Rows[1].Panels[0].model()["fieldConfig"].(map[string]any)["defaults"].(map[string]any)
	assert.NotContains(t, plain, "max")
	assert.Equal(t, "none", plain["custom"].(map[string]any)["stacking"].(map[string]any)["mode"])

	logs := page.Rows[2].Panels[0].model()
	assert.Equal(t, "logs", logs["type"])
	assert.Equal(t, map[string]any{"uid": "loki", "type": "loki"}, logs["datasource"])
	assert.Equal(t, `{namespace="apps"}`, logs["targets"].([]any)[0].(map[string]any)["expr"])
}

func TestPeer(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "monitoring", Peer().Namespace)
	assert.Equal(t, "grafana", Peer().App)
}
