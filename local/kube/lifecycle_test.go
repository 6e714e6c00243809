package kube_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plinth-iac/plinth/local/kube"
)

func TestStopKeepsDataAndLeavesNoProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := start(t, dir)
	pids := processes(t, first)
	require.Len(t, pids, 6, "the supervisor and its five children")
	server := serverOf(t, first)
	_, err := client(t, first).CoreV1().ConfigMaps("default").Create(t.Context(), &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "kept"}, Data: map[string]string{"a": "b"},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	privateToUser(t, dir)
	require.ErrorContains(t, kube.Remove(dir), "stop it before removing it")

	require.NoError(t, first.Stop(t.Context()))
	requireGone(t, pids)
	require.NoError(t, first.Stop(t.Context()), "stopping a stopped cluster")
	_, err = kube.Attach(t.Context(), dir)
	require.ErrorIs(t, err, kube.ErrNotRunning)
	_, err = first.Status(t.Context())
	require.ErrorIs(t, err, kube.ErrNotRunning)

	second := start(t, dir)
	kept, err := client(t, second).CoreV1().ConfigMaps("default").Get(t.Context(), "kept", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"a": "b"}, kept.Data)
	assert.Equal(t, server, serverOf(t, second), "the address stays while its port is free")

	third, err := kube.Start(t.Context(), kube.Options{Dir: dir, Binary: binary})
	require.NoError(t, err)
	assert.Equal(t, processes(t, second), processes(t, third), "a second start attaches")

	require.NoError(t, second.Stop(t.Context()))
	require.NoError(t, kube.Remove(dir))
	assert.NoDirExists(t, dir)
}

func TestTwoClustersSideBySide(t *testing.T) {
	t.Parallel()
	one, two := start(t, t.TempDir()), start(t, t.TempDir())
	assert.NotEqual(t, serverOf(t, one), serverOf(t, two))
	require.NoError(t, one.SetNodes(t.Context(), twoPools()))
	nodes, err := client(t, two).CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	assert.Empty(t, nodes.Items)
}

func TestKilledSupervisorLeavesNoChildren(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := start(t, dir)
	pids := processes(t, c)
	require.NoError(t, syscall.Kill(pids[0], syscall.SIGKILL))
	requireGone(t, pids)
	start(t, dir) // and what it left is no obstacle
}

func TestKilledChildIsStartedAgain(t *testing.T) {
	t.Parallel()
	c := start(t, t.TempDir())
	status, err := c.Status(t.Context())
	require.NoError(t, err)
	old := status.Processes[1]
	require.Equal(t, "kube-apiserver", old.Name)
	require.NoError(t, syscall.Kill(old.PID, syscall.SIGKILL))
	eventually(t, "the API server is back", func(ctx context.Context) (bool, string, error) {
		status, err := c.Status(ctx)
		return err == nil && status.Processes[1].Restarts == 1 && status.Processes[1].PID != old.PID, "", err
	})
}

// TestStarterHelper is no test: it is the program that TestStarterEnds and TestDetached run.
func TestStarterHelper(t *testing.T) {
	dir, detach := os.Getenv("PLINTH_TEST_DIR"), os.Getenv("PLINTH_TEST_DETACH") != ""
	if dir == "" {
		return
	}
	c, err := kube.Start(context.Background(), kube.Options{Dir: dir, Binary: os.Getenv("PLINTH_TEST_BINARY")})
	require.NoError(t, err)
	if detach {
		require.NoError(t, c.Detach())
	}
	_, _ = os.Stdout.WriteString("started\n")
	select {}
}

func TestStarterEnds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	starter := startStarter(t, dir, "")
	c, err := kube.Attach(t.Context(), dir)
	require.NoError(t, err)
	pids := processes(t, c)
	require.NoError(t, starter.Process.Kill())
	requireGone(t, pids)
}

func TestDetached(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	starter := startStarter(t, dir, "yes")
	require.NoError(t, starter.Process.Kill())
	_ = starter.Wait()
	c, err := kube.Attach(t.Context(), dir)
	require.NoError(t, err)
	_, err = c.Status(t.Context())
	require.NoError(t, err)
	pids := processes(t, c)
	require.NoError(t, c.Stop(t.Context()))
	requireGone(t, pids)
}

func startStarter(t *testing.T, dir, detach string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestStarterHelper$")
	cmd.Env = append(os.Environ(), "PLINTH_TEST_DIR="+dir, "PLINTH_TEST_BINARY="+binary, "PLINTH_TEST_DETACH="+detach)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "started\n", line)
	return cmd
}

func TestDamagedStateIsSaid(t *testing.T) {
	t.Parallel()
	whole := t.TempDir()
	require.NoError(t, start(t, whole).Stop(t.Context()))
	for name, c := range map[string]struct {
		damage func(dir string) error
		says   string
	}{
		"no marker":        {func(d string) error { return os.Remove(filepath.Join(d, "cluster/cluster.json")) }, "it is incomplete"},
		"truncated marker": {func(d string) error { return os.Truncate(filepath.Join(d, "cluster/cluster.json"), 5) }, "is damaged"},
		"truncated key":    {func(d string) error { return os.Truncate(filepath.Join(d, "cluster/pki/server.key"), 20) }, "server.crt"},
		"missing cert":     {func(d string) error { return os.Remove(filepath.Join(d, "cluster/pki/admin.crt")) }, "admin.crt"},
		"missing data":     {func(d string) error { return os.RemoveAll(filepath.Join(d, "cluster/etcd/member/wal")) }, "its data is missing"},
		"emptied data":     {func(d string) error { return os.Truncate(filepath.Join(d, "cluster/etcd/member/snap/db"), 0) }, "truncated"},
		"halved data":      {func(d string) error { return os.Truncate(filepath.Join(d, "cluster/etcd/member/snap/db"), 5000) }, "etcd"},
		"other version":    {otherVersion, "it was written by Kubernetes v1.35.0, and this is v1.36.3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "state")
			require.NoError(t, os.CopyFS(dir, os.DirFS(whole)))
			require.NoError(t, c.damage(dir))
			_, err := kube.Start(t.Context(), kube.Options{Dir: dir, Binary: binary})
			require.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, "make down")
			assert.ErrorContains(t, err, dir)
			assert.NotContains(t, err.Error(), "BEGIN")
			require.NoError(t, kube.Remove(dir))
			assert.NoDirExists(t, dir)
		})
	}
}

func otherVersion(dir string) error {
	path := filepath.Join(dir, "cluster/cluster.json")
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(strings.ReplaceAll(string(data), "v1.36.3", "v1.35.0")), 0o600)
}

func TestLeftoversOfACrashWhileCreating(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, ".new-1/pki"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "run.json"), []byte("{"), 0o600))
	_, err := kube.Attach(t.Context(), dir)
	require.ErrorIs(t, err, kube.ErrNotRunning)
	start(t, dir)
	assert.NoDirExists(t, filepath.Join(dir, ".new-1"))
}

func TestStartGivenUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := kube.Start(ctx, kube.Options{Dir: dir, Binary: binary, Progress: func(step string) {
		if strings.HasPrefix(step, "starting") {
			cancel()
		}
	}})
	require.ErrorIs(t, err, context.Canceled)
	_, err = kube.Attach(t.Context(), dir)
	require.ErrorIs(t, err, kube.ErrNotRunning)
	require.NoError(t, kube.Remove(dir), "nothing holds it any more")
}

func TestRemoveLeavesWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine")
	require.NoError(t, os.WriteFile(mine, nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "kubeconfig"), nil, 0o600))
	require.NoError(t, kube.Remove(dir))
	assert.FileExists(t, mine)
	assert.NoFileExists(t, filepath.Join(dir, "kubeconfig"))
	require.NoError(t, kube.Remove(filepath.Join(dir, "absent")))
}

func TestAbsentBinary(t *testing.T) {
	t.Parallel()
	_, err := kube.Start(t.Context(), kube.Options{Dir: t.TempDir(), Binary: filepath.Join(t.TempDir(), "absent")})
	require.ErrorContains(t, err, "start the control plane's binary")
}

// processes are the pids of the supervisor and its children.
func processes(t *testing.T, c *kube.Cluster) []int {
	t.Helper()
	status, err := c.Status(t.Context())
	require.NoError(t, err)
	pids := []int{status.PID}
	for _, p := range status.Processes {
		pids = append(pids, p.PID)
	}
	return pids
}

func serverOf(t *testing.T, c *kube.Cluster) string {
	t.Helper()
	status, err := c.Status(t.Context())
	require.NoError(t, err)
	return status.Server
}

func requireGone(t *testing.T, pids []int) {
	t.Helper()
	for _, pid := range pids {
		eventually(t, "process is gone", func(context.Context) (bool, string, error) { return !kube.Alive(pid), "", nil })
	}
}

// privateToUser requires that nobody else can read anything of the state.
func privateToUser(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(filepath.Join(dir, "cluster"), func(path string, entry os.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := entry.Info()
		require.NoError(t, err)
		assert.Zero(t, info.Mode().Perm()&0o077, path)
		return nil
	}))
	info, err := os.Stat(filepath.Join(dir, "kubeconfig"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}
