package rules

import (
	"fmt"
	"slices"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// metricsOf are the metrics that an expression names. It fails where the expression does not parse, or asks for series without
// saying which.
func metricsOf(expr string) ([]string, error) {
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		return nil, err
	}
	var metrics []string
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		name := slices.IndexFunc(selector.LabelMatchers, func(m *labels.Matcher) bool { return m.Name == "__name__" })
		if name < 0 || selector.LabelMatchers[name].Type != labels.MatchEqual {
			err = fmt.Errorf("%s names no metric", selector)
			return nil
		}
		metrics = append(metrics, selector.LabelMatchers[name].Value)
		return nil
	})
	return metrics, err
}

// TestExported: what the rules of the components and the panels of the dashboards ask for, somebody tells. An exporter that is
// new here needs its file in metrics/, with where its metrics were looked up.
func TestExported(t *testing.T) {
	t.Parallel()
	known, asked := exported(t), map[string][]string{}
	for path, rules := range ruleFiles(t) {
		for _, r := range rules {
			asked[path] = append(asked[path], r.Expr)
			if r.Record != "" {
				known[r.Record] = true
			}
		}
	}
	for path, queries := range dashboardQueries(t) {
		for _, q := range queries {
			asked[path] = append(asked[path], q.Expr)
		}
	}
	for path, exprs := range asked {
		assert.NotEmpty(t, exprs, path)
		for _, expr := range exprs {
			metrics, err := metricsOf(expr)
			require.NoError(t, err, "%s: %s", path, expr)
			for _, metric := range metrics {
				assert.True(t, known[metric], "%s: nobody exports %s, which is asked for in: %s", path, metric, expr)
			}
		}
	}
}

func TestMetricsOf(t *testing.T) {
	t.Parallel()
	metrics, err := metricsOf(`sum by (a) (rate(b_total{c="d"}[5m])) / ignoring(x) absent({__name__="e:f"} offset 5m)`)
	require.NoError(t, err)
	assert.Equal(t, []string{"b_total", "e:f"}, metrics)
	for _, expr := range []string{`sum(rate(a[5m])`, `{pod="a"}`, `{__name__=~"a|b"}`, `rate(a)`} {
		_, err := metricsOf(expr)
		assert.Error(t, err, expr)
	}
}
