package local

import (
	"context"
	"errors"
	"fmt"

	"github.com/plinth-iac/plinth/local/kube"
)

// Stop stops the stack's cluster and keeps all that is in it for the next Up. A cluster that does not run is no error.
func Stop(ctx context.Context, o Options) error {
	s, err := o.session()
	if err != nil {
		return err
	}
	return s.stopCluster(ctx)
}

// stopCluster returns when none of the cluster's processes is left.
func (s *session) stopCluster(ctx context.Context) error {
	c, err := kube.Attach(ctx, s.dirs.Cluster(s.stack))
	if errors.Is(err, kube.ErrNotRunning) {
		s.out.Line("✓ cluster: not running")
		return nil
	}
	if err != nil {
		return err
	}
	step := s.out.Step("stop the cluster")
	if err := c.Stop(ctx); err != nil {
		step.Fail()
		return fmt.Errorf("stopping the cluster: %w; end the processes it names, and run this again", err)
	}
	step.Done("no process is left")
	return nil
}
