package engine

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
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
	require.NoError(t, other.release())
	require.NoError(t, first.release())
	again, err := claim(d, "dev")
	require.NoError(t, err)
	require.NoError(t, again.release())
}

// A child that is started while the claim is held has the lock's file until it runs its own program.
func TestReleaseDoesNotWaitForChildrenBeingStarted(t *testing.T) {
	t.Parallel()
	d := dirs.Dirs{Project: t.TempDir()}
	first, err := claim(d, "dev")
	require.NoError(t, err)
	child, err := syscall.Dup(int(first.file.Fd()))
	require.NoError(t, err)
	defer syscall.Close(child)

	require.NoError(t, first.release())
	again, err := claim(d, "dev")
	require.NoError(t, err)
	require.NoError(t, again.release())
}

func TestOnlyWhatAKilledRunOfThisStackLeftIsEnded(t *testing.T) {
	t.Parallel()
	d := dirs.Dirs{Project: t.TempDir()}
	bin := t.TempDir()
	sleep, err := exec.LookPath("sleep")
	require.NoError(t, err)
	for _, name := range []string{"pulumi", "pulumi-resource-kubernetes"} {
		require.NoError(t, os.Symlink(sleep, filepath.Join(bin, name)))
	}

	run := func(binary, stack string) *exec.Cmd {
		require.NoError(t, os.MkdirAll(d.Work(stack), 0o755))
		cmd := exec.Command(binary, "600")
		cmd.Dir = d.Work(stack)
		require.NoError(t, cmd.Start())
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
		return cmd
	}
	orphans := []*exec.Cmd{run(filepath.Join(bin, "pulumi"), "dev"), run(filepath.Join(bin, "pulumi-resource-kubernetes"), "dev")}
	others := []*exec.Cmd{run(filepath.Join(bin, "pulumi"), "prod"), run(sleep, "dev")}

	require.NoError(t, endOrphans(d, "dev"))
	for _, orphan := range orphans {
		var exit *exec.ExitError
		require.ErrorAs(t, orphan.Wait(), &exit)
		assert.Equal(t, syscall.SIGKILL, exit.Sys().(syscall.WaitStatus).Signal())
	}
	for _, other := range others {
		assert.NoError(t, other.Process.Signal(syscall.Signal(0)), "%s in %s", other.Path, other.Dir)
	}
}
