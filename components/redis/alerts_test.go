package redis

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/backup"
	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/observe/observetest"
	"github.com/plinth-iac/plinth/components/spec"
)

func TestRules(t *testing.T) {
	t.Parallel()
	overdue, err := backup.Overdue("RedisBackupTooOld", "data", "redis-ha-backup", backup.Spec{}.Complete())
	require.NoError(t, err)
	for file, alerts := range map[string][]observe.Alert{
		"redis-ha":      append(Alerts("data", "redis-ha", Spec{Mode: spec.HA}.Complete()), overdue),
		"redis-managed": managedAlerts("data", "redis-exporter"),
		"redis-single":  Alerts("data", "redis", Spec{}.Complete()),
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			observetest.Keep(t, file, observe.Rules(file, alerts))
		})
	}
}
