package externalsecrets_test

import (
	"testing"

	"github.com/plinth-iac/plinth/components/externalsecrets"
	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/observe/observetest"
)

func TestRules(t *testing.T) {
	t.Parallel()
	observetest.Keep(t, "external-secrets", observe.Rules("external-secrets", externalsecrets.Alerts))
}
