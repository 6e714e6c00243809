package kube

import (
	"io"
	"os"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/local/kube/state"
)

func TestAClusterThatNobodyKeepsRunsOn(t *testing.T) {
	t.Parallel()
	supervisor, lifeline, err := os.Pipe()
	require.NoError(t, err)
	tied(state.Dir(t.TempDir()), os.Getpid(), lifeline)
	other := dropped(t)
	runtime.GC()
	runtime.GC()
	_, err = io.ReadAll(other)
	require.NoError(t, err, "which ends when the garbage collector closes what nobody keeps")

	// Not to wait is what tells an open lifeline from a closed one.
	pipe, err := supervisor.SyscallConn()
	require.NoError(t, err)
	require.NoError(t, pipe.Read(func(fd uintptr) bool {
		n, err := syscall.Read(int(fd), make([]byte, 1))
		assert.ErrorIs(t, err, syscall.EAGAIN, "%d bytes, so the supervisor would end", n)
		return true
	}))
}

// dropped is the reading end of a pipe whose other end nobody keeps.
func dropped(t *testing.T) *os.File {
	t.Helper()
	reader, _, err := os.Pipe()
	require.NoError(t, err)
	return reader
}
