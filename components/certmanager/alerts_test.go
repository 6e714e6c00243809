package certmanager_test

import (
	"testing"

	"github.com/plinth-iac/plinth/components/certmanager"
	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/observe/observetest"
)

func TestRules(t *testing.T) {
	t.Parallel()
	observetest.Keep(t, "cert-manager", observe.Rules("cert-manager", certmanager.Alerts))
}
