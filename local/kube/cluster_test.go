package kube

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

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

func TestAnAPIServerThatStartsIsSaidInOneLine(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "[+]ping ok\n[-]informer-sync failed: reason withheld", http.StatusInternalServerError)
	}))
	t.Cleanup(server.Close)
	dir := state.Dir(t.TempDir())
	require.NoError(t, clientcmd.WriteToFile(clientcmdapi.Config{
		Clusters:       map[string]*clientcmdapi.Cluster{"local": {Server: server.URL}},
		Contexts:       map[string]*clientcmdapi.Context{"local": {Cluster: "local"}},
		CurrentContext: "local",
	}, dir.Kubeconfig()))
	err := (&Cluster{dir: dir}).ready(t.Context(), state.Run{Server: server.URL})
	require.EqualError(t, err, "the API server at "+server.URL+" is not ready: it answers 500; see "+dir.Log("kube-apiserver"))
}

// dropped is the reading end of a pipe whose other end nobody keeps.
func dropped(t *testing.T) *os.File {
	t.Helper()
	reader, _, err := os.Pipe()
	require.NoError(t, err)
	return reader
}
