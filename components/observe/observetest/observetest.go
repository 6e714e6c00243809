// Package observetest keeps what a component has Prometheus record and alert on as rule files, for tests.
//
//	observetest.Keep(t, "redis-ha", observe.Rules("redis-ha", alerts))
//
// compares it with testdata/rules/redis-ha.yaml, which tests/rules has Prometheus' own rule tests run against, and whose expressions it
// checks. Where the rules differ and are meant to, run the test with UPDATE_GOLDEN=1 and read the change in review.
package observetest

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/plinth-iac/plinth/tests/golden"
)

// Keep compares rules with the rule file called name, without .yaml, of the package under test.
func Keep(t *testing.T, name string, rules map[string]any) {
	t.Helper()
	text, err := yaml.Marshal(rules)
	require.NoError(t, err)
	golden.Check(t, filepath.Join("testdata", "rules", name+".yaml"), string(text))
}
