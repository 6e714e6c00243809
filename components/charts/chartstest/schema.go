package chartstest

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// schema is a chart's values.schema.json; empty where it has none.
type schema map[string]any

// schemaOf reads a chart's schema, and fails the test where that refuses the values.
func schemaOf(t testing.TB, chart string, given map[string]any) schema {
	t.Helper()
	path := published(chart, "values.schema.json")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	require.NoError(t, err)
	compiled, err := jsonschema.NewCompiler().Compile(path)
	require.NoError(t, err)
	assert.NoError(t, compiled.Validate(given), "chart %s refuses the values", chart)
	var document schema
	require.NoError(t, json.Unmarshal(text, &document))
	return document
}

func (s schema) root() node { return node{s, s}.resolved() }

// node is one place of a schema.
type node struct {
	document schema
	at       map[string]any
}

// property is the place of a property that the schema names.
func (n node) property(name string) (node, bool) {
	properties, _ := n.at["properties"].(map[string]any)
	property, named := properties[name].(map[string]any)
	return node{n.document, property}.resolved(), named
}

// resolved follows references within the document.
func (n node) resolved() node {
	reference, ok := n.at["$ref"].(string)
	if !ok {
		return n
	}
	at := map[string]any(n.document)
	for _, step := range strings.Split(strings.TrimPrefix(reference, "#/"), "/") {
		at, _ = at[step].(map[string]any)
	}
	return node{n.document, at}.resolved()
}
