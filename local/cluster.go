package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/plinth-iac/plinth/local/kube"
	"github.com/plinth-iac/plinth/local/rehearsal"
	"github.com/plinth-iac/plinth/local/terminal"
	"github.com/plinth-iac/plinth/stacks/config"
)

// startCluster starts the stack's cluster, or finds it running, and gives it the stack's nodes.
func (s *session) startCluster(ctx context.Context, cfg *config.Config) (c *kube.Cluster, started bool, err error) {
	c, started, err = s.openOrAdvise(ctx)
	if err != nil {
		return nil, false, err
	}
	nodes := rehearsal.Nodes(cfg)
	step := s.out.Step("nodes")
	step.Progress("%d, shaped like the stack's pools", len(nodes))
	if err := c.SetNodes(ctx, nodes); err != nil {
		step.Fail()
		return c, started, fmt.Errorf("giving the cluster its nodes: %w", err)
	}
	step.Done("%d in %s, %s", len(nodes), terminal.Count(len(cfg.Cluster.Pools), "pool"), terminal.Count(max(1, cfg.Cluster.Zones), "zone"))
	return c, started, nil
}

// openOrAdvise opens the cluster, and says what to do about one that cannot be opened.
func (s *session) openOrAdvise(ctx context.Context) (c *kube.Cluster, started bool, err error) {
	c, started, err = s.openCluster(ctx)
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w\n(%s)", err, s.advice(err))
	}
	return c, started, err
}

// advice never tells to clear what a folder's owner or a full disk keeps from being opened.
func (s *session) advice(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Sprintf("make %s a folder that you own and may write to; nothing was changed", s.dirs.Root())
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Sprintf("free space on the disk of %s, then do it again", s.dirs.Root())
	default:
		return fmt.Sprintf("`make down STACK=%s` clears what is left of it, and what it held", s.stack)
	}
}

// openCluster attaches to the running cluster, or starts it with the nodes it had.
func (s *session) openCluster(ctx context.Context) (c *kube.Cluster, started bool, err error) {
	c, err = kube.Attach(ctx, s.dirs.Cluster(s.stack))
	if err == nil {
		s.out.Line("✓ control plane: running already")
		return c, false, nil
	}
	if !errors.Is(err, kube.ErrNotRunning) {
		return nil, false, err
	}
	step := s.out.Step("control plane")
	c, err = kube.Start(ctx, kube.Options{
		Dir: s.dirs.Cluster(s.stack), Binary: s.dirs.Binary("kube"),
		Progress: func(text string) { step.Progress("%s", text) },
	})
	if err != nil {
		step.Fail()
		return nil, false, fmt.Errorf("starting the embedded Kubernetes: %w", err)
	}
	step.Done("ready")
	return c, true, nil
}

func clientOf(c *kube.Cluster) (kubernetes.Interface, error) {
	cfg, err := restConfig(c)
	if err != nil {
		return nil, err
	}
	return kubernetes.NewForConfig(cfg)
}

// objectsOf is a client for objects of any kind.
func objectsOf(c *kube.Cluster) (dynamic.Interface, error) {
	cfg, err := restConfig(c)
	if err != nil {
		return nil, err
	}
	return dynamic.NewForConfig(cfg)
}

func restConfig(c *kube.Cluster) (*rest.Config, error) {
	cfg, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	if err != nil {
		return nil, fmt.Errorf("reading the cluster's kubeconfig: %w", err)
	}
	cfg.QPS = -1 // The server is ours alone.
	return cfg, nil
}
