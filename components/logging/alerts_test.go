package logging

import (
	"testing"

	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/observe/observetest"
)

func TestRules(t *testing.T) {
	t.Parallel()
	for file, alerts := range map[string][]observe.Alert{
		"loki-three": lokiAlerts(3, false), "loki-one": lokiAlerts(1, true), "alloy": alloyAlerts,
		"elastic-three": elasticAlerts(3), "elastic-one": elasticAlerts(1),
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			observetest.Keep(t, file, observe.Rules(file, alerts))
		})
	}
}
