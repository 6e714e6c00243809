package autoscaling_test

import (
	"testing"

	"github.com/plinth-iac/plinth/components/autoscaling"
	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/observe/observetest"
)

func TestRules(t *testing.T) {
	t.Parallel()
	observetest.Keep(t, "keda", observe.Rules("keda", autoscaling.KEDAAlerts))
}
