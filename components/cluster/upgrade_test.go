package cluster

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRefuseStep(t *testing.T) {
	t.Parallel()
	args := func(from, to any) *pulumi.ResourceHookArgs {
		return &pulumi.ResourceHookArgs{
			OldInputs: resource.NewPropertyMapFromMap(map[string]any{"version": from}),
			NewInputs: resource.NewPropertyMapFromMap(map[string]any{"version": to}),
		}
	}
	check := refuseSteps("version")
	assert.NoError(t, check(args("1.34", "1.34")))
	assert.NoError(t, check(args("1.34", "1.35")))
	assert.NoError(t, check(args(nil, "1.36")), "the cloud chose the version before")
	require.ErrorContains(t, check(args("1.34", "1.36")), "1.34 -> 1.35 -> 1.36")
	require.ErrorContains(t, check(args("1.36", "1.35")), "do not downgrade")
}
