package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// TestKept: each alert that a component's source names is in a rule file, so that the other tests here see it.
func TestKept(t *testing.T) {
	t.Parallel()
	kept := alerts(t)
	found := 0
	require.NoError(t, filepath.WalkDir(root+"/components", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, name := range named(file) {
			found++
			assert.True(t, kept[name], "%s: the alert %s is in no testdata/rules/*.yaml; keep it there with observetest.Keep", path, name)
		}
		return nil
	}))
	assert.Greater(t, found, 20)
}

// named are the alerts in a file whose names are written out: literals of observe.Alert, on their own and in slices.
func named(file *ast.File) []string {
	var names []string
	collect := func(literal *ast.CompositeLit) {
		for _, element := range literal.Elts {
			field, ok := element.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			key, isName := field.Key.(*ast.Ident)
			value, isText := field.Value.(*ast.BasicLit)
			if isName && isText && key.Name == "Name" {
				name, _ := strconv.Unquote(value.Value)
				names = append(names, name)
			}
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		literal, ok := node.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if isAlert(literal.Type) {
			collect(literal)
		}
		if slice, ok := literal.Type.(*ast.ArrayType); ok && isAlert(slice.Elt) {
			for _, element := range literal.Elts {
				if alert, ok := element.(*ast.CompositeLit); ok {
					collect(alert)
				}
			}
		}
		return true
	})
	return names
}

func isAlert(expr ast.Expr) bool {
	selector, ok := expr.(*ast.SelectorExpr)
	return ok && selector.Sel.Name == "Alert"
}

var alertname = regexp.MustCompile(`alertname="(\w+)"`)

// TestFired: each alert is seen firing in a rule test.
func TestFired(t *testing.T) {
	t.Parallel()
	fired := map[string]bool{}
	for _, path := range matches(t, "*.yaml") {
		var file struct {
			Tests []struct {
				AlertRuleTest []struct {
					Alertname string
					ExpAlerts []any `json:"exp_alerts"`
				} `json:"alert_rule_test"`
				PromqlExprTest []struct {
					ExpSamples []struct{ Labels string } `json:"exp_samples"`
				} `json:"promql_expr_test"`
			}
		}
		require.NoError(t, yaml.Unmarshal(read(t, path), &file), path)
		for _, test := range file.Tests {
			for _, alert := range test.AlertRuleTest {
				fired[alert.Alertname] = fired[alert.Alertname] || len(alert.ExpAlerts) > 0
			}
			for _, expr := range test.PromqlExprTest {
				for _, sample := range expr.ExpSamples {
					for _, match := range alertname.FindAllStringSubmatch(sample.Labels, -1) {
						fired[match[1]] = true
					}
				}
			}
		}
	}
	for alert := range alerts(t) {
		assert.True(t, fired[alert], "no rule test here has %s fire", alert)
	}
}

// alerts are the names of those in the rule files.
func alerts(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, rules := range ruleFiles(t) {
		for _, r := range rules {
			if r.Alert != "" {
				names[r.Alert] = true
			}
		}
	}
	return names
}
