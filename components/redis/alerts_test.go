package redis

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/plinth-iac/plinth/components/backup"
	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/spec"
)

// TestRules keeps the alerts as rule files, which tests/rules has Prometheus' own rule tests run against. After a change that is
// meant, UPDATE_GOLDEN=1 go test ./components/redis -run TestRules.
func TestRules(t *testing.T) {
	t.Parallel()
	overdue, err := backup.Overdue("RedisBackupTooOld", "data", "redis-ha-backup", backup.Spec{}.Complete())
	require.NoError(t, err)
	for file, alerts := range map[string][]observe.Alert{
		"redis-ha":     append(Alerts("data", "redis-ha", Spec{Mode: spec.HA}.Complete()), overdue),
		"redis-single": Alerts("data", "redis", Spec{}.Complete()),
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
