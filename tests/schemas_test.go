package tests

import (
	"testing"

	"github.com/plinth-iac/plinth/tests/mocks"
	"github.com/plinth-iac/plinth/tests/schemas"
)

// TestSchemas holds every resource of every stack file on every cloud to what the cloud's provider takes.
func TestSchemas(t *testing.T) {
	t.Parallel()
	eachCloud(t, func(t *testing.T, _, _ string, r *mocks.Recording) { schemas.Check(t, r) })
}
