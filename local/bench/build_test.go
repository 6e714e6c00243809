package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCopySourcesLeavesOutWhatWasBuilt(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	for name, mode := range map[string]os.FileMode{
		"Makefile": 0o644, "stacks/state.go": 0o644, "tools/run": 0o755, ".github/ci.yml": 0o644,
		".git/config": 0o644, ".plinth/bin/kube": 0o755,
	} {
		path := filepath.Join(from, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(name), mode))
	}
	require.NoError(t, os.Symlink("Makefile", filepath.Join(from, "link")))

	require.NoError(t, copySources(from, to))
	for _, name := range []string{"Makefile", "stacks/state.go", "tools/run", ".github/ci.yml"} {
		text, err := os.ReadFile(filepath.Join(to, name))
		require.NoError(t, err)
		assert.Equal(t, name, string(text))
	}
	info, err := os.Stat(filepath.Join(to, "tools/run"))
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&0o100, "what can be run can be run in the copy")
	link, err := os.Readlink(filepath.Join(to, "link"))
	require.NoError(t, err)
	assert.Equal(t, "Makefile", link)
	assert.NoDirExists(t, filepath.Join(to, ".git"))
	assert.NoDirExists(t, filepath.Join(to, ".plinth"))
}
