package aks

import (
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

func TestCheckSize(t *testing.T) {
	t.Parallel()
	const id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c/agentPools/spot1a2b3"
	// Each answers only what is asked of the right pool.
	answering := func(answer string) []string {
		return []string{"sh", "-c", `[ "$*" = "rest --method get --url ` + id + `?api-version=2024-09-01 --query properties.count --output tsv" ] || exit 2; ` + answer, "az"}
	}
	for _, c := range []struct {
		name, want string
		tool       []string
		inputs     map[string]any
	}{
		{"a state that knows", "", answering("echo 15"), map[string]any{"count": 15.0}},
		{"a state that is old", "it has 15 nodes by now, and its state says 0, which any change would bring back; run pulumi up --refresh", answering("echo 15"), map[string]any{"count": 0.0}},
		{"a state that says nothing", "run pulumi up --refresh", answering("echo 15"), nil},
		{"an answer that is none", "asking the Azure CLI", answering("echo none"), map[string]any{"count": 0.0}},
		{"nobody logged in", "please run az login", answering("echo please run az login >&2; exit 1"), map[string]any{"count": 0.0}},
		{"no Azure CLI", "no such file", []string{filepath.Join(t.TempDir(), "az")}, map[string]any{"count": 0.0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := checkSize(t.Context(), c.tool, &pulumi.ResourceHookArgs{
				Name: "cluster-spot", ID: id, NewInputs: resource.NewPropertyMapFromMap(c.inputs),
			})
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, "cluster-spot")
		})
	}
}
