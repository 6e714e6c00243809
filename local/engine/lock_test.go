package engine

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/local/dirs"
)

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func TestClaimIsForOne(t *testing.T) {
	t.Parallel()
	d := dirs.Dirs{Project: t.TempDir()}
	first, err := claim(d, "dev")
	require.NoError(t, err)
	_, err = claim(d, "dev")
	require.ErrorContains(t, err, fmt.Sprintf("process %d is working on stack dev", os.Getpid()))
	other, err := claim(d, "prod")
	require.NoError(t, err, "another stack is another claim")
	require.NoError(t, other.Close())
	require.NoError(t, first.Close())
	again, err := claim(d, "dev")
	require.NoError(t, err)
	require.NoError(t, again.Close())
}

func TestOnlyLocksOfDeadEnginesAreCleared(t *testing.T) {
	t.Parallel()
	gone := exec.Command("true")
	require.NoError(t, gone.Run())
	host, err := os.Hostname()
	require.NoError(t, err)
	for name, c := range map[string]struct {
		text    string
		cleared int
	}{
		"process gone":                   {fmt.Sprintf(`{"pid":%d,"hostname":%q}`, gone.Process.Pid, host), 1},
		"number taken by another":        {fmt.Sprintf(`{"pid":%d,"hostname":%q}`, os.Getpid(), host), 1},
		"cut short in writing":           {`{"pid":`, 1},
		"of another machine, not judged": {fmt.Sprintf(`{"pid":%d,"hostname":"elsewhere"}`, gone.Process.Pid), 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := dirs.Dirs{Project: t.TempDir()}
			path := filepath.Join(d.State(), ".pulumi", "locks", "organization", "plinth", "dev", "x.json")
			writeFile(t, path, c.text)
			cleared, err := clearDeadLocks(d, "plinth", "dev")
			require.NoError(t, err)
			assert.Equal(t, c.cleared, cleared)
			_, err = os.Stat(path)
			assert.Equal(t, c.cleared == 1, os.IsNotExist(err))
		})
	}
}
