package gateway_test

import (
	"testing"

	"github.com/plinth-iac/plinth/components/gateway"
	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/observe/observetest"
)

func TestRules(t *testing.T) {
	t.Parallel()
	observetest.Keep(t, "gateway", observe.Rules("gateway", gateway.Alerts))
}
