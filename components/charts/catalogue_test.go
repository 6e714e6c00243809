package charts

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// catalogue reads the rows off the source, so that none can be left out.
func catalogue(t *testing.T) map[string]Chart {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "catalogue.go", nil, 0)
	require.NoError(t, err)
	rows := map[string]Chart{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		var texts []string
		for _, element := range spec.Values[0].(*ast.CompositeLit).Elts {
			text, err := strconv.Unquote(element.(*ast.BasicLit).Value)
			require.NoError(t, err)
			texts = append(texts, text)
		}
		rows[spec.Names[0].Name] = Chart{texts[0], texts[1], texts[2]}
		return false
	})
	require.Greater(t, len(rows), 15)
	return rows
}

func TestCatalogue(t *testing.T) {
	t.Parallel()
	names := map[string]string{}
	for row, chart := range catalogue(t) {
		assert.Regexp(t, regexp.MustCompile(`^(https|oci)://[a-z0-9.-]+(/[a-z0-9-]+)*$`), chart.Repository, row)
		assert.Regexp(t, regexp.MustCompile(`^v?[0-9]+\.[0-9]+\.[0-9]+$`), chart.Version, row)
		assert.NotContains(t, chart.Repository, "bitnami", row)
		assert.Empty(t, names[chart.Name], "%s and %s are one chart", row, names[chart.Name])
		names[chart.Name] = row
	}
}

// TestVersionsAreThoseChecked holds the pinned versions to those whose value files the tests check against. A placeholder there
// means: published under the tag.
func TestVersionsAreThoseChecked(t *testing.T) {
	t.Parallel()
	const shared = "../../../shared/charts"
	if _, err := os.Stat(shared); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the charts' own files are not at ../shared/charts: the pinned versions are not checked")
	}
	for row, chart := range catalogue(t) {
		if chart == Reloader { // whose own files are not there
			continue
		}
		text, err := os.ReadFile(filepath.Join(shared, chart.Name, "Chart.yaml"))
		require.NoError(t, err)
		var published struct{ Name, Version string }
		require.NoError(t, yaml.Unmarshal(text, &published))
		assert.Equal(t, chart.Name, published.Name, row)
		if !strings.HasPrefix(published.Version, "v0.0.0") {
			assert.Equal(t, chart.Version, published.Version, row)
		}
	}
}
