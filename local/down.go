package local

import (
	"context"
	"errors"
	"fmt"

	"github.com/plinth-iac/plinth/local/engine"
	"github.com/plinth-iac/plinth/local/kube"
)

// Down deletes everything of the stack, protected or not, stops its cluster, and removes the cluster's data and the
// stack's state. A stack that is not up is no error. The report is nil where there was nothing to delete.
func Down(ctx context.Context, o Options) (*engine.Report, error) {
	s, err := o.session()
	if err != nil {
		return nil, err
	}
	report, err := s.destroy(ctx)
	if err != nil {
		return report, err
	}
	return report, s.removeCluster(ctx)
}

// destroy empties the stack through the engine, so that a rehearsal shows a destroy's mistakes too.
func (s *session) destroy(ctx context.Context) (*engine.Report, error) {
	if !engine.HasState(s.dirs, s.stack) {
		s.out.Line("✓ stack %s: nothing to delete", s.stack)
		return nil, nil
	}
	if err := s.checkBuilt(); err != nil {
		return nil, err
	}
	cfg, err := s.readConfig()
	if err != nil {
		return nil, fmt.Errorf("%w\n(a destroy needs a stack file that can be read; `git stash` brings back the one that was brought up)", err)
	}
	c, started, err := s.startCluster(ctx, cfg)
	if c == nil {
		return nil, err
	}
	var report *engine.Report
	if err == nil {
		report, err = s.destroyIn(ctx, c)
	}
	if err != nil {
		return report, errors.Join(err, s.leave(ctx, c, started))
	}
	return report, nil
}

func (s *session) destroyIn(ctx context.Context, c *kube.Cluster) (*engine.Report, error) {
	e, err := s.openEngine(ctx, c.Kubeconfig())
	if err != nil {
		return nil, err
	}
	defer e.Close()
	report, err := e.Destroy(ctx)
	if err != nil {
		return report, err
	}
	return report, e.Forget(ctx)
}

// removeCluster stops the cluster and returns when none of its processes is left.
func (s *session) removeCluster(ctx context.Context) error {
	dir := s.dirs.Cluster(s.stack)
	c, err := kube.Attach(ctx, dir)
	switch {
	case errors.Is(err, kube.ErrNotRunning):
		s.out.Line("✓ cluster: not running")
	case err != nil:
		return err
	default:
		step := s.out.Step("stop the cluster")
		if err := c.Stop(ctx); err != nil {
			step.Fail()
			return fmt.Errorf("stopping the cluster: %w; end the processes it names, and run this again", err)
		}
		step.Done("no process is left")
	}
	if err := kube.Remove(dir); err != nil {
		return fmt.Errorf("removing the cluster's data in %s: %w", dir, err)
	}
	return nil
}
