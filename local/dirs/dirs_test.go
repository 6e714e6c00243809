package dirs

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func touch(t *testing.T, path ...string) string {
	t.Helper()
	file := filepath.Join(path...)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	return file
}

func TestFindLooksUpwardsForTheNearestProject(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	touch(t, root, "Pulumi.yaml")
	touch(t, root, "stacks", "config", "schema.json")
	touch(t, root, "examples", "own", "Pulumi.yaml")
	for dir, want := range map[string]string{
		"":               "",
		"stacks/config":  "",
		"examples":       "",
		"examples/own":   "examples/own",
		"examples/own/.": "examples/own",
	} {
		d, err := Find(filepath.Join(root, dir))
		require.NoError(t, err, dir)
		assert.Equal(t, filepath.Join(root, want), d.Project, dir)
	}
}

func TestFindSaysWhereItLooked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := Find(dir)
	require.ErrorContains(t, err, "there is no Pulumi.yaml in "+dir+" or above it")
	assert.ErrorContains(t, err, "--dir")
}

func TestFindTakesTheWorkingDirectory(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	touch(t, root, "Pulumi.yaml")
	t.Chdir(filepath.Dir(touch(t, root, "tests", "main_test.go")))
	d, err := Find("")
	require.NoError(t, err)
	assert.Equal(t, root, d.Project)
}

func TestBinariesAreTheProjectsOwnWhereItHasAny(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	touch(t, root, "Pulumi.yaml")
	own := filepath.Join(root, ".plinth", "bin")
	d, err := Find(root)
	require.NoError(t, err)
	assert.Equal(t, own, d.Bin, "where they will be built")
	touch(t, own, "kube")
	d, err = Find(root)
	require.NoError(t, err)
	assert.Equal(t, own, d.Bin)
}

func TestEverythingIsBelowOneFolder(t *testing.T) {
	t.Parallel()
	d := Dirs{Project: "/src/shop", Bin: "/src/shop/.plinth/bin"}
	for want, got := range map[string]string{
		"":             d.Root(),
		"bin/kube":     d.Binary("kube"),
		"pulumi":       d.PulumiHome(),
		"state":        d.State(),
		"passphrase":   d.Passphrase(),
		"work/prod":    d.Work("prod"),
		"clusters/dev": d.Cluster("dev"),
		"pulumi/plugins/resource-kubernetes-v4.33.0/pulumi-resource-kubernetes": d.Plugin("kubernetes", "4.33.0"),
		"providers.json": d.Providers(),
	} {
		assert.Equal(t, filepath.Join("/src/shop/.plinth", want), got)
	}
	assert.Equal(t, "/src/shop/Pulumi.yaml", d.ProjectFile())
	assert.Equal(t, "/src/shop/Pulumi.prod.yaml", d.StackFile("prod"))

	other := Dirs{Project: "/home/me/shop", Bin: d.Bin}
	assert.Equal(t, d.PulumiHome(), other.PulumiHome(), "plugins go with the binaries")
	assert.Equal(t, "/home/me/shop/.plinth/state", other.State(), "and the state with the project")
}

func TestStacksAreNamedForPeople(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	touch(t, root, "Pulumi.yaml")
	d := Dirs{Project: root}
	assert.Equal(t, "none", d.Stacks())
	for _, file := range []string{"Pulumi.stage.yaml", "Pulumi.dev.yaml", "Pulumi.dev.yaml.orig", "dev.yaml"} {
		touch(t, root, file)
	}
	assert.Equal(t, "dev, stage", d.Stacks())
}
