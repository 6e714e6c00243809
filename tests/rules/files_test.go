package rules

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// root of the checkout.
const root = "../.."

// rule of a rule file.
type rule struct{ Alert, Record, Expr string }

// ruleFiles are the rules of all components, by file.
func ruleFiles(t *testing.T) map[string][]rule {
	t.Helper()
	rules := map[string][]rule{}
	for _, path := range matches(t, root+"/components/*/testdata/rules/*.yaml") {
		var file struct{ Groups []struct{ Rules []rule } }
		require.NoError(t, yaml.Unmarshal(read(t, path), &file), path)
		for _, group := range file.Groups {
			rules[path] = append(rules[path], group.Rules...)
		}
	}
	return rules
}

// query is what a panel asks Prometheus, with what is chosen in Grafana filled in, and what it calls the answer.
type query struct{ Expr, Legend string }

// dashboardQueries are those of all panels and variables, by file.
func dashboardQueries(t *testing.T) map[string][]query {
	t.Helper()
	queries := map[string][]query{}
	for _, path := range matches(t, root+"/components/dashboards/testdata/*.json") {
		var dashboard struct {
			Panels []struct {
				Targets []struct {
					Datasource         struct{ Type string }
					Expr, LegendFormat string
				}
			}
			Templating struct {
				List []struct{ Name, Definition, AllValue string }
			}
		}
		require.NoError(t, json.Unmarshal(read(t, path), &dashboard), path)
		chosen := []string{"$__rate_interval", "5m"}
		for _, v := range dashboard.Templating.List {
			chosen = append(chosen, "$"+v.Name, v.AllValue)
		}
		ask := func(expr, legend string) {
			queries[path] = append(queries[path], query{strings.NewReplacer(chosen...).Replace(expr), legend})
		}
		for _, v := range dashboard.Templating.List {
			metric, label, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(v.Definition, "label_values("), ")"), ", ")
			require.True(t, ok, "%s: %s", path, v.Definition)
			ask(metric, "{{"+label+"}}")
		}
		for _, panel := range dashboard.Panels {
			for _, target := range panel.Targets {
				if target.Datasource.Type == "prometheus" {
					ask(target.Expr, target.LegendFormat)
				}
			}
		}
	}
	return queries
}

// exported are the metrics in metrics/*.txt, which have one a line below where they were looked up.
func exported(t *testing.T) map[string]bool {
	t.Helper()
	known := map[string]bool{"up": true} // Prometheus' own, of each target
	for _, path := range matches(t, "metrics/*.txt") {
		lines := strings.Split(strings.TrimSpace(string(read(t, path))), "\n")
		require.True(t, strings.HasPrefix(lines[0], "# "), "%s does not begin with where its metrics were looked up", path)
		for _, line := range lines {
			if !strings.HasPrefix(line, "#") {
				require.Regexp(t, `^[a-zA-Z_:][a-zA-Z0-9_:]*$`, line, path)
				known[line] = true
			}
		}
	}
	return known
}

func matches(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, paths, pattern)
	return paths
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return text
}
