package local

import (
	"context"
	"errors"

	"github.com/plinth-iac/plinth/local/engine"
)

// Preview tells what Up would change, property by property, and changes nothing, the nodes neither. Where the stack's cluster
// does not run, it is started for the question and stopped again. Errors are those of Up.
func Preview(ctx context.Context, o Options) (*engine.Report, error) {
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
	c, started, err := s.openOrAdvise(ctx)
	if err != nil {
		return nil, err
	}
	s.chooseProgram(ctx, cfg)
	report, err := s.preview(ctx, c.Kubeconfig())
	if started {
		return report, errors.Join(err, c.Stop(context.WithoutCancel(ctx)))
	}
	return report, err
}

func (s *session) preview(ctx context.Context, kubeconfig string) (report *engine.Report, err error) {
	e, err := s.openEngine(ctx, kubeconfig)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	return e.Preview(ctx, s.refresh)
}
