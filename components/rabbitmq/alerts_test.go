package rabbitmq

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/spec"
)

// TestRules keeps the alerts as rule files, which tests/rules has Prometheus' own rule tests run against. After a change that is
// meant, UPDATE_GOLDEN=1 go test ./components/rabbitmq -run TestRules.
func TestRules(t *testing.T) {
	t.Parallel()
	for file, alerts := range map[string][]observe.Alert{
		"rabbitmq-ha":     Alerts("data", "rabbitmq-ha", Spec{Mode: spec.HA}.Complete()),
		"rabbitmq-single": Alerts("data", "rabbitmq", Spec{}.Complete()),
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			text, err := yaml.Marshal(observe.Rules(file, alerts))
			require.NoError(t, err)
			path := filepath.Join("testdata", "rules", file+".yaml")
			if os.Getenv("UPDATE_GOLDEN") != "" {
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
				require.NoError(t, os.WriteFile(path, text, 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, string(want), string(text), "%s changed; where that is meant, run with UPDATE_GOLDEN=1", path)
		})
	}
}
