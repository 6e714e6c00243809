package local

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/plinth-iac/plinth/local/engine"
	"github.com/plinth-iac/plinth/local/kube"
	"github.com/plinth-iac/plinth/stacks/config"
)

// Result is what Up did.
type Result struct {
	// Report of the engine: every change, or none.
	Report *engine.Report
	// Status of the stack afterwards.
	Status *Status
}

// Up starts the stack's cluster where it does not run, brings the stack to what its file says and leaves the cluster
// running. The error is a *spec.Error where the stack file has mistakes (nothing is started then), a
// *MisfitError where pods wait for room that their pools do not have, or an *engine.Error with the engine's causes. When ctx is
// cancelled, the engine finishes what is in flight, and a cluster that this call started is stopped; the state stays good.
func Up(ctx context.Context, o Options) (*Result, error) {
	s, err := o.session()
	if err != nil {
		return nil, err
	}
	cfg, err := s.readConfig()
	if err != nil {
		return nil, err
	}
	if err := s.checkBuilt(); err != nil {
		return nil, err
	}
	c, started, err := s.startCluster(ctx, cfg)
	if c == nil {
		return nil, err
	}
	result := &Result{}
	if err == nil {
		err = s.up(ctx, c, cfg, result)
	}
	return result, errors.Join(err, s.leave(ctx, c, started))
}

func (s *session) up(ctx context.Context, c *kube.Cluster, cfg *config.Config, result *Result) (err error) {
	if err := s.sayProviders(); err != nil {
		return err
	}
	s.chooseProgram(ctx, cfg)
	e, err := s.openEngine(ctx, c.Kubeconfig())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()

	watched, stop, err := s.watchRoom(ctx, c, cfg, e)
	if err != nil {
		return err
	}
	result.Report, err = e.Up(watched, s.refresh)
	stop()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if misfits := (*MisfitError)(nil); errors.As(context.Cause(watched), &misfits) {
		// The engine only says that it was stopped: why is here.
		return misfits
	}
	if err != nil {
		return err
	}
	if err := s.settle(ctx, c); err != nil {
		return err
	}
	result.Status, err = s.status(ctx, c)
	return err
}

// leave lets the cluster run on, unless the command was broken off and had started it.
func (s *session) leave(ctx context.Context, c *kube.Cluster, started bool) error {
	if ctx.Err() == nil || !started {
		return c.Detach()
	}
	step := s.out.Step("stop the cluster that this run started")
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := c.Stop(stopping); err != nil {
		step.Fail()
		return fmt.Errorf("stopping the cluster: %w", err)
	}
	step.Done("what it holds and the stack's state are kept: `make up STACK=%s` goes on from there", s.stack)
	return nil
}
