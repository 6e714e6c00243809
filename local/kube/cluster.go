package kube

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/plinth-iac/plinth/local/kube/state"
)

// ErrNotRunning is Attach's error when no cluster of the directory is ready.
var ErrNotRunning = errors.New("no local cluster is running")

const (
	pollInterval = 50 * time.Millisecond
	// stopWithin is twice what the supervisor may take to stop its five processes in turn; then it is killed.
	stopWithin = 30 * time.Second
)

// Cluster is a running local cluster.
type Cluster struct {
	dir state.Dir
	pid int // of the supervisor
	// lifeline is nil if another process started the cluster, or when it is detached.
	lifeline *os.File
}

// lifelines are those of the clusters that this process started and has not let go: the garbage collector would close the lifeline
// of a Cluster that nobody keeps, which stops the cluster.
var lifelines sync.Map

// tied is a cluster that ends with this process.
func tied(dir state.Dir, pid int, lifeline *os.File) *Cluster {
	lifelines.Store(lifeline, nil)
	return &Cluster{dir: dir, pid: pid, lifeline: lifeline}
}

// untie closes the lifeline.
func (c *Cluster) untie() error {
	lifeline := c.lifeline
	c.lifeline = nil
	lifelines.Delete(lifeline)
	return lifeline.Close()
}

// Attach finds the running cluster of a state directory; ErrNotRunning if none is ready.
func Attach(_ context.Context, dir string) (*Cluster, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: state.Dir(path)}
	if c.pid, err = c.dir.Holder(); err != nil {
		return nil, err
	}
	run, err := c.dir.ReadRun()
	if c.pid == 0 || errors.Is(err, fs.ErrNotExist) || err == nil && run.PID != c.pid {
		return nil, fmt.Errorf("%w in %s", ErrNotRunning, path)
	}
	return c, err
}

// Kubeconfig is the path of a kubeconfig with cluster admin rights, readable by its owner only.
func (c *Cluster) Kubeconfig() string { return c.dir.Kubeconfig() }

// Detach lets the cluster run on after this process. It does nothing if another process started the cluster.
func (c *Cluster) Detach() error {
	if c.lifeline == nil {
		return nil
	}
	_, err := c.lifeline.Write([]byte{state.Detach})
	if err = errors.Join(err, c.untie()); err != nil {
		return fmt.Errorf("detach the cluster of %s: %w", c.dir, err)
	}
	return nil
}

// Stop ends all processes of the cluster and returns when they are gone; its data stays. A supervisor that takes longer
// than 30 s, or than ctx allows, is killed, and its processes end with it. Stopping a stopped cluster is no error.
func (c *Cluster) Stop(ctx context.Context) error {
	if c.lifeline != nil {
		defer func() { _ = c.untie() }()
	}
	run, err := c.dir.ReadRun()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if holder, err := c.dir.Holder(); err != nil || holder != c.pid {
		return err
	}
	if err := syscall.Kill(c.pid, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("stop supervisor %d: %w", c.pid, err)
	}
	graceful, cancel := context.WithTimeout(ctx, stopWithin)
	defer cancel()
	if c.waitGone(graceful, run) == nil {
		return nil
	}
	if err := syscall.Kill(c.pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("kill supervisor %d: %w", c.pid, err)
	}
	killed, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	return c.waitGone(killed, run)
}

// waitGone waits until nothing holds the lock and no process of run is left.
func (c *Cluster) waitGone(ctx context.Context, run state.Run) error {
	for {
		holder, err := c.dir.Holder()
		if err != nil {
			return err
		}
		running := slices.ContainsFunc(run.Processes, func(p state.Process) bool { return alive(p.PID) })
		if holder != c.pid && !running {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("processes of the cluster in %s still run: supervisor %d, %+v", c.dir, c.pid, run.Processes)
		case <-time.After(pollInterval):
		}
	}
}

// Status is how a cluster does.
type Status = state.Run

// Status tells the supervisor's and its children's processes and asks the API server if it is ready: the error is
// ErrNotRunning if the cluster has ended, or the API server's own.
func (c *Cluster) Status(ctx context.Context) (Status, error) {
	now, err := Attach(ctx, string(c.dir))
	if err != nil {
		return Status{}, err
	}
	run, err := now.dir.ReadRun()
	if err != nil {
		return run, err
	}
	return run, c.ready(ctx, run)
}

func (c *Cluster) ready(ctx context.Context, run state.Run) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	if _, err := client.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(ctx); err != nil {
		if answer := apierrors.APIStatus(nil); errors.As(err, &answer) {
			err = fmt.Errorf("it answers %d", answer.Status().Code) // and not the page of all its checks
		}
		return fmt.Errorf("the API server at %s is not ready: %w; see %s", run.Server, err, c.dir.Log("kube-apiserver"))
	}
	return nil
}

func (c *Cluster) client() (*kubernetes.Clientset, error) {
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	if err != nil {
		return nil, err
	}
	config.QPS = -1 // the server is ours alone
	return kubernetes.NewForConfig(rest.AddUserAgent(config, "plinth-local"))
}
