package rabbitmq

import (
	"testing"

	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/observe/observetest"
	"github.com/plinth-iac/plinth/components/spec"
)

func TestRules(t *testing.T) {
	t.Parallel()
	for file, alerts := range map[string][]observe.Alert{
		"rabbitmq-ha":      Alerts("data", "rabbitmq-ha", Spec{Mode: spec.HA}.Complete()),
		"rabbitmq-managed": managedAlerts("data", "rabbitmq-exporter"),
		"rabbitmq-single":  Alerts("data", "rabbitmq", Spec{}.Complete()),
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			observetest.Keep(t, file, observe.Rules(file, alerts))
		})
	}
}
