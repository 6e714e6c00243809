package eks

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pretend returns a tool that runs a shell script, with a folder in $here.
func pretend(t *testing.T, script string) (tool []string, here string) {
	t.Helper()
	here = t.TempDir()
	return []string{"sh", "-c", "here='" + here + "'\n" + script, "tool"}, here
}

func hookArgs(before, after, outputs map[string]any) *pulumi.ResourceHookArgs {
	return &pulumi.ResourceHookArgs{
		Name:      "cluster-spot",
		OldInputs: resource.NewPropertyMapFromMap(before), NewInputs: resource.NewPropertyMapFromMap(after),
		OldOutputs: resource.NewPropertyMapFromMap(outputs),
	}
}

var named = map[string]any{"clusterName": "c", "nodeGroupName": "spot-2026"}

func TestDrain(t *testing.T) {
	t.Parallel()
	tool, here := pretend(t, `echo "$@" > "$here/args"; cat "$KUBECONFIG" > "$here/config"; echo "$KUBECONFIG" > "$here/path"`)
	require.NoError(t, drain(t.Context(), tool, "the kubeconfig", hookArgs(nil, nil, named)))

	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(here, name))
		require.NoError(t, err)
		return string(text)
	}
	assert.Equal(t, "drain --selector=eks.amazonaws.com/nodegroup=spot-2026 --ignore-daemonsets --delete-emptydir-data --timeout=60m\n", read("args"))
	assert.Equal(t, "the kubeconfig", read("config"))
	assert.NoFileExists(t, read("path")[:len(read("path"))-1], "the kubeconfig is left behind")
}

func TestDrainFails(t *testing.T) {
	t.Parallel()
	tool, _ := pretend(t, `echo "budget says no" >&2; exit 1`)
	err := drain(t.Context(), tool, "the kubeconfig", hookArgs(nil, nil, named))
	require.ErrorContains(t, err, "budget says no")
	require.ErrorContains(t, err, "cluster-spot")
	assert.NotContains(t, err.Error(), "the kubeconfig")
	require.ErrorContains(t, drain(t.Context(), tool, "", hookArgs(nil, nil, nil)), "pulumi refresh")
	require.ErrorContains(t, drain(t.Context(), []string{filepath.Join(t.TempDir(), "kubectl")}, "", hookArgs(nil, nil, named)), "no such file")
}

func TestCheckSize(t *testing.T) {
	t.Parallel()
	scaling := func(least, most, desired int) map[string]any {
		return map[string]any{"scalingConfig": map[string]any{"minSize": float64(least), "maxSize": float64(most), "desiredSize": float64(desired)}}
	}
	for _, c := range []struct {
		name          string
		before, after map[string]any
		now, want     string
	}{
		{"sizes unchanged, and nobody asked", scaling(0, 20, 0), scaling(0, 20, 0), "none", ""},
		{"a state that knows", scaling(0, 20, 15), scaling(0, 30, 15), "15", ""},
		{"a state that is old", scaling(0, 20, 0), scaling(0, 30, 0), "15", "it has 15 nodes by now, and its state says 0"},
		{"more than there are", scaling(0, 20, 3), scaling(5, 20, 3), "3", "minSize=5,maxSize=20,desiredSize=5"},
		{"fewer than there are", scaling(0, 20, 15), scaling(0, 10, 15), "15", "minSize=0,maxSize=10,desiredSize=10"},
		{"an answer that is none", scaling(0, 20, 0), scaling(0, 30, 0), "None", "asking how many nodes it has"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tool, here := pretend(t, `echo "$@" > "$here/args"; echo `+c.now)
			err := checkSize(t.Context(), tool, "eu-central-1", hookArgs(c.before, c.after, named))
			if c.want != "" {
				require.ErrorContains(t, err, c.want)
			} else {
				require.NoError(t, err)
			}
			text, err := os.ReadFile(filepath.Join(here, "args"))
			if c.now == "none" {
				require.ErrorIs(t, err, os.ErrNotExist)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, "eks describe-nodegroup --region eu-central-1 --cluster-name c --nodegroup-name spot-2026 --query nodegroup.scalingConfig.desiredSize --output text\n", string(text))
		})
	}
}
