package chartstest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// CheckValues fails the test where values, of one release of the chart named, has a key that the chart does not know, or one that
// the chart's schema refuses, or where there are no values. Below a mapping that is empty in the chart, below lists, in what
// Kubernetes knows of a podSecurityContext, and below the top-level keys named as free, such as a program's flags, anything goes that
// the schema admits.
func CheckValues(t testing.TB, chart string, values any, free ...string) {
	t.Helper()
	given, ok := values.(map[string]any)
	require.True(t, ok && len(given) > 0, "chart %s has no values: found %T", chart, values)
	chartsOwn := known(t, chart)
	schema := schemaOf(t, chart, overlaid(chartsOwn, given))
	for _, key := range free {
		require.Contains(t, chartsOwn, key, "chart %s has no such value", chart)
		chartsOwn[key] = nil
	}
	for _, key := range unknown("", chartsOwn, given, schema.root()) {
		assert.Fail(t, "unknown value", "chart %s has no value %s", chart, key)
	}
}

// published is the path of a chart's file in ../shared/charts beside the project.
func published(chart, file string) string {
	_, here, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(here), "../../../../shared/charts", chart, file)
}

// known reads the values that the chart has. Some charts publish them as a template, of which only texts are left open.
func known(t testing.TB, chart string) map[string]any {
	t.Helper()
	path := published(chart, "values.yaml")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = os.ReadFile(published(chart, "values.tmpl.yaml"))
	}
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the values of chart %s are not at %s: its value keys are not checked", chart, path)
	}
	require.NoError(t, err)
	var all map[string]any
	require.NoError(t, yaml.Unmarshal(text, &all))
	return all
}

// overlaid are the values that Helm holds against a chart's schema: the chart's own, and on top of them those given.
func overlaid(chartsOwn, given map[string]any) map[string]any {
	all := maps.Clone(given)
	for key, own := range chartsOwn {
		value, set := all[key]
		below, isMap := value.(map[string]any)
		ownBelow, ownIsMap := own.(map[string]any)
		switch {
		case isMap && ownIsMap:
			all[key] = overlaid(ownBelow, below)
		case !set && own != nil:
			all[key] = own
		}
	}
	return all
}

// objects are what charts hand on to Kubernetes as it is, by the key: what Kubernetes knows there needs not be among a chart's values.
var objects = map[string]func() any{"podSecurityContext": func() any { return &corev1.PodSecurityContext{} }}

func isObject(key string, given map[string]any) bool {
	empty, ok := objects[key]
	if !ok {
		return false
	}
	text, err := yaml.Marshal(given)
	return err == nil && yaml.UnmarshalStrict(text, empty()) == nil
}

// unknown lists the keys of given that the chart has neither among its values, where optional ones may be left out, nor in its schema.
func unknown(path string, chart, given map[string]any, schema node) []string {
	var found []string
	for _, key := range slices.Sorted(maps.Keys(given)) {
		value, exists := chart[key]
		inSchema, named := schema.property(key)
		at := fmt.Sprintf("%s.%s", path, key)
		if !exists && !named {
			found = append(found, at)
			continue
		}
		below, isMap := given[key].(map[string]any)
		if isObject(key, below) {
			continue
		}
		if defaults, ok := value.(map[string]any); isMap && ok && len(defaults) > 0 {
			found = append(found, unknown(at, defaults, below, inSchema)...)
		}
	}
	return found
}
