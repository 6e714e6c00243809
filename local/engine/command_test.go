package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/local/dirs"
)

// TestMain lets this binary be the Pulumi CLI too, when it is called by that name.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "pulumi" {
		os.Exit(beCLI(os.Args[0], strings.Join(os.Args[1:], " ")))
	}
	os.Exit(m.Run())
}

// beCLI says the version in the file beside it, or what it was called with.
func beCLI(self, args string) int {
	if !strings.HasSuffix(args, "version") {
		fmt.Println(args)
		for _, variable := range os.Environ() {
			if isPulumiSetting(variable) {
				fmt.Println(variable)
			}
		}
		return 0
	}
	version, err := os.ReadFile(filepath.Join(filepath.Dir(self), "version"))
	if err != nil {
		return 1
	}
	fmt.Println(string(version))
	return 0
}

// fakeCLI makes a checkout whose Pulumi CLI is this binary.
func fakeCLI(t *testing.T, version string) dirs.Dirs {
	t.Helper()
	d := dirs.Dirs{Project: t.TempDir(), Bin: filepath.Join(t.TempDir(), "bin")}
	writeFile(t, d.Binary("version"), version)
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.Symlink(self, d.Binary("pulumi")))
	return d
}

func run(t *testing.T, d dirs.Dirs, args ...string) string {
	t.Helper()
	c, err := newCommand(t.Context(), d)
	require.NoError(t, err)
	out, complaints, code, err := c.Run(t.Context(), "", nil, nil, nil, []string{"PULUMI_OURS=1"}, args...)
	require.NoError(t, err)
	assert.Empty(t, complaints)
	assert.Zero(t, code)
	return out
}

func TestOperationsAreQuietWhereTheEngineCan(t *testing.T) {
	t.Parallel()
	now, before := fakeCLI(t, "v3.259.0"), fakeCLI(t, "v3.258.0")
	for _, operation := range []string{"up", "destroy"} {
		assert.Contains(t, run(t, now, operation, "--yes"), "--non-interactive "+operation+" --yes --output json\n")
		assert.Contains(t, run(t, before, operation, "--yes"), "--non-interactive "+operation+" --yes\n")
	}
	assert.Contains(t, run(t, now, "preview"), "--non-interactive preview\n")
}

func TestWhatNobodyReadsIsNotAsked(t *testing.T) {
	t.Parallel()
	d := fakeCLI(t, "v3.259.0")
	assert.Equal(t, "{}", run(t, d, "stack", "output", "--json", "--show-secrets"))
	assert.Equal(t, "[]", run(t, d, "stack", "history", "--json"))
	assert.Contains(t, run(t, d, "stack", "select", "dev"), "stack select dev")
}

func TestSettingsOfTheShellStayOut(t *testing.T) {
	t.Setenv("PULUMI_ACCESS_TOKEN", "theirs")
	t.Setenv("PULUMI_HOME", "/theirs")
	d := fakeCLI(t, "v3.259.0")
	printed := run(t, d, "preview")
	assert.NotContains(t, printed, "theirs")
	assert.Contains(t, printed, "PULUMI_HOME="+d.PulumiHome()+"\n")
	assert.Contains(t, printed, "PULUMI_OURS=1\n")
}

func TestAnUnreadableVersionSaysWhatToDo(t *testing.T) {
	t.Parallel()
	_, err := newCommand(t.Context(), fakeCLI(t, "moon"))
	require.ErrorContains(t, err, `says its version is "moon"`)
	assert.ErrorContains(t, err, "`make up` builds another")
}

func TestLogsAreTurnedOff(t *testing.T) {
	t.Parallel()
	d := dirs.Dirs{Bin: filepath.Join(t.TempDir(), "bin")}
	logs := filepath.Join(d.PulumiHome(), "logs")
	writeFile(t, filepath.Join(logs, "old.log"), "what an earlier run logged")
	for range 2 {
		require.NoError(t, turnLogsOff(d))
		text, err := os.ReadFile(logs)
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(string(text), "Here the Pulumi engine would log"))
	}
	assert.Error(t, os.MkdirAll(logs, 0o700), "which is how the engine finds out")
}

func TestACancelledStartIsNoMissingBinary(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := newCommand(ctx, dirs.Dirs{Project: t.TempDir(), Bin: t.TempDir()})
	assert.Equal(t, context.Canceled, err)
}
