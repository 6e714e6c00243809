package local

import (
	"context"
	"errors"
	"fmt"

	"github.com/plinth-iac/plinth/local/engine"
	"github.com/plinth-iac/plinth/local/kube"
)

// Down deletes everything of the stack, protected or not, stops its cluster, and removes the cluster's data and the
// stack's state; with Options.KeepCluster the empty cluster runs on. A stack that is not up is no error. The report is nil where
// there was nothing to delete.
func Down(ctx context.Context, o Options) (*engine.Report, error) {
	s, err := o.session()
	if err != nil {
		return nil, err
	}
	report, err := s.destroy(ctx)
	if err != nil {
		return report, err
	}
	if o.KeepCluster {
		return report, nil
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
	c, started, err := s.openCluster(ctx)
	if err != nil && ctx.Err() == nil {
		s.out.Line("! the cluster cannot be started, so what is in it goes with its data: %v", err)
		return nil, engine.Discard(s.dirs, s.stack)
	}
	if err != nil {
		return nil, err
	}
	report, err := s.destroyIn(ctx, c)
	if err != nil {
		return report, errors.Join(err, s.leave(ctx, c, started))
	}
	return report, nil
}

func (s *session) destroyIn(ctx context.Context, c *kube.Cluster) (report *engine.Report, err error) {
	s.program = nil // It does not run on the way down.
	e, err := s.openEngine(ctx, c.Kubeconfig())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	if report, err = e.Destroy(ctx); err != nil {
		return report, err
	}
	return report, e.Forget(ctx)
}

// removeCluster stops the cluster and returns when none of its processes is left.
func (s *session) removeCluster(ctx context.Context) error {
	if err := s.stopCluster(ctx); err != nil {
		return err
	}
	dir := s.dirs.Cluster(s.stack)
	if err := kube.Remove(dir); err != nil {
		return fmt.Errorf("removing the cluster's data in %s: %w", dir, err)
	}
	return nil
}
