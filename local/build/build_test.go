package build

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/local/dirs"
	"github.com/plinth-iac/plinth/local/terminal"
)

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), mode))
}

func checkout(t *testing.T) dirs.Dirs {
	t.Helper()
	project := t.TempDir()
	return dirs.Dirs{Project: project, Bin: filepath.Join(project, ".plinth", "bin")}
}

func TestRecentEnough(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{
		"v3.259.0\n": true, "v3.206.0": true, "3.300.1-alpha.1": true,
		"v3.205.0": false, "v4.300.0": false, "v2.300.0": false, "": false, "vx": false,
	} {
		assert.Equal(t, want, recentEnough(version), version)
	}
}

func TestReadModules(t *testing.T) {
	t.Parallel()
	d := checkout(t)
	write(t, filepath.Join(d.Project, "go.mod"), "module x\n\nrequire (\n\tgithub.com/pulumi/pulumi-kubernetes/sdk/v4 v4.33.0\n"+
		"\tgithub.com/pulumi/pulumi-random/sdk/v4 v4.21.2 // indirect\n)\n", 0o644)
	write(t, filepath.Join(d.Project, "local", "go.mod"), "require github.com/pulumi/pulumi/sdk/v3 v3.259.0\n", 0o644)
	_, err := readModules(d)
	require.ErrorContains(t, err, "k8s.io/kubernetes")

	write(t, filepath.Join(d.Project, "local", "go.mod"), "require github.com/pulumi/pulumi/sdk/v3 v3.259.0\nrequire k8s.io/kubernetes v1.36.3\n", 0o644)
	modules, err := readModules(d)
	require.NoError(t, err)
	assert.Equal(t, "v4.33.0", modules["github.com/pulumi/pulumi-kubernetes/sdk/v4"])
	assert.Equal(t, "v4.21.2", modules["github.com/pulumi/pulumi-random/sdk/v4"])
	assert.Equal(t, "v1.36.3", modules["k8s.io/kubernetes"])
}

func TestDigestChangesWithSourcesOnly(t *testing.T) {
	t.Parallel()
	d := checkout(t)
	source := filepath.Join(d.Project, "stacks", "a.go")
	write(t, source, "package a", 0o644)
	first, err := digestSources(d)
	require.NoError(t, err)

	for _, beside := range []string{"stacks/a_test.go", "Pulumi.dev.yaml", "tests/x.go", ".plinth/state/x", "stacks/testdata/y.yaml", "README.md"} {
		write(t, filepath.Join(d.Project, beside), "other", 0o644)
		again, err := digestSources(d)
		require.NoError(t, err)
		assert.Equal(t, first, again, beside)
	}
	for _, part := range []string{"stacks/embedded.yaml", "go.sum", "local/cmd/x/main.go"} {
		write(t, filepath.Join(d.Project, part), "new", 0o644)
		again, err := digestSources(d)
		require.NoError(t, err)
		assert.NotEqual(t, first, again, part)
		first = again
	}
	write(t, source, "package b", 0o644)
	again, err := digestSources(d)
	require.NoError(t, err)
	assert.NotEqual(t, first, again)
}

// Not parallel: the environment decides where plugins are looked for.
func TestChooseProviders(t *testing.T) {
	modules := map[string]string{
		"github.com/pulumi/pulumi-kubernetes/sdk/v4": "v4.33.0", "github.com/pulumi/pulumi-random/sdk/v4": "v4.21.2",
	}
	d := checkout(t)
	onPath, home := t.TempDir(), t.TempDir()
	t.Setenv("PATH", onPath)
	t.Setenv("PULUMI_HOME", home)
	out := terminal.New(nil)

	// Both were looked for in vain a moment ago: nobody is asked again.
	refused := []Provider{
		{Name: "kubernetes", Version: "4.33.0", Path: d.Binary("pulumi-resource-kubernetes"), Why: "no internet", Asked: time.Now()},
		{Name: "random", Version: "4.21.2", Path: d.Binary("pulumi-resource-random"), Why: "no internet", Asked: time.Now()},
	}
	require.NoError(t, os.MkdirAll(d.Bin, 0o755))
	require.NoError(t, saveProviders(d, refused))
	chosen, standIns, err := chooseProviders(context.Background(), d, modules, out)
	require.NoError(t, err)
	assert.Len(t, standIns, 2)
	assert.False(t, chosen[0].Official)
	assert.Equal(t, "no internet", chosen[0].Why)
	require.NoError(t, linkProviders(d, chosen))
	linked, err := os.Readlink(d.Plugin("kubernetes", "4.33.0"))
	require.NoError(t, err)
	assert.Equal(t, d.Binary("pulumi-resource-kubernetes"), linked)

	// A stand-in linked into the cache is not taken for a download, and another version of the plugin does not serve.
	write(t, filepath.Join(home, "plugins", "resource-kubernetes-v4.32.0", "pulumi-resource-kubernetes"), "", 0o755)
	_, standIns, err = chooseProviders(context.Background(), d, modules, out)
	require.NoError(t, err)
	assert.Len(t, standIns, 2)

	// The official ones are preferred as soon as they are there.
	cached := filepath.Join(home, "plugins", "resource-kubernetes-v4.33.0", "pulumi-resource-kubernetes")
	write(t, cached, "", 0o755)
	write(t, filepath.Join(onPath, "pulumi-resource-random"), "", 0o755)
	chosen, standIns, err = chooseProviders(context.Background(), d, modules, out)
	require.NoError(t, err)
	assert.Empty(t, standIns)
	assert.True(t, chosen[0].Official)
	assert.Equal(t, cached, chosen[0].Path)
	assert.Equal(t, "found on PATH", chosen[1].Why)
	require.NoError(t, linkProviders(d, chosen))
	linked, err = os.Readlink(d.Plugin("kubernetes", "4.33.0"))
	require.NoError(t, err)
	assert.Equal(t, cached, linked)
}

func TestIsPackageTellsCompiledPackagesFromComplaints(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"k8s.io/kubernetes/pkg/apis/core": true, "internal/abi": true,
		"# k8s.io/kubernetes/pkg": false, "main.go:3:5: undefined: x": false, "go: downloading x v1": false, "": false,
	} {
		assert.Equal(t, want, isPackage(text), text)
	}
}
