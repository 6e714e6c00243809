// Package observetest keeps what a component has Prometheus record and alert on as rule files, for tests.
//
//	observetest.Keep(t, "redis-ha", observe.Rules("redis-ha", alerts))
//
// compares it with testdata/rules/redis-ha.yaml, which tests/rules has Prometheus' own rule tests run against, and whose expressions it
// checks. Where the rules differ and are meant to, run the test with UPDATE_GOLDEN=1 and read the change in review.
package observetest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// Keep compares rules with the rule file called name, without .yaml, of the package under test.
func Keep(t *testing.T, name string, rules map[string]any) {
	t.Helper()
	text, err := yaml.Marshal(rules)
	require.NoError(t, err)
	path := filepath.Join("testdata", "rules", name+".yaml")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, text, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run with UPDATE_GOLDEN=1 to make it")
	assert.Equal(t, string(want), string(text), "%s differs; where that is meant, run with UPDATE_GOLDEN=1", path)
}
