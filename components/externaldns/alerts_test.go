package externaldns_test

import (
	"testing"

	"github.com/plinth-iac/plinth/components/externaldns"
	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/observe/observetest"
)

func TestRules(t *testing.T) {
	t.Parallel()
	observetest.Keep(t, "external-dns", observe.Rules("external-dns", externaldns.Alerts))
}
