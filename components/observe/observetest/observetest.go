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
