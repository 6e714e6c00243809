package local

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/plinth-iac/plinth/local/engine"
	"github.com/plinth-iac/plinth/local/kube"
	"github.com/plinth-iac/plinth/local/rehearsal"
	"github.com/plinth-iac/plinth/stacks/config"
)

const (
	// lookEvery is how often waiting pods are looked for while the engine works.
	lookEvery = 2 * time.Second
	// quietFor is how long nothing at all may be finished while pods wait for room, until the run is stopped: pools are at
	// their largest, so that only another pod's end could make room.
	quietFor = 20 * time.Second
)

// MisfitError tells that an up was stopped because pods wait for room that there will not be.
type MisfitError struct {
	// Misfits by workload.
	Misfits []rehearsal.Misfit
}

// Error lists each misfit, with what to do.
func (e *MisfitError) Error() string {
	var b strings.Builder
	b.WriteString("not everything fits on the stack's pools, even at their largest:")
	for _, m := range e.Misfits {
		b.WriteString("\n  " + strings.ReplaceAll(m.String(), "\n", "\n  "))
	}
	return b.String()
}

// watchRoom returns a context that ends, with a *MisfitError, when the engine only waits for pods that do not fit.
func (s *session) watchRoom(ctx context.Context, c *kube.Cluster, cfg *config.Config, e *engine.Engine) (context.Context, func(), error) {
	client, err := clientOf(c)
	if err != nil {
		return nil, nil, err
	}
	watched, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(lookEvery)
		defer ticker.Stop()
		told := map[string]bool{}
		for {
			select {
			case <-watched.Done():
				return
			case <-ticker.C:
			}
			misfits, err := rehearsal.Misfits(watched, client, cfg)
			if err != nil {
				continue // The engine meets the same trouble, and tells of it.
			}
			for _, m := range misfits {
				if !told[m.Workload] {
					told[m.Workload] = true
					s.out.Line("  ! %s: no node has room for %s at the moment: %s", m.Workload, m.Pods[0], m.Reason)
				}
			}
			if len(misfits) > 0 && time.Since(e.LastFinished()) > quietFor {
				cancel(&MisfitError{Misfits: misfits})
				return
			}
		}
	}()
	stop := func() {
		cancel(errors.New("the engine is done"))
		<-done
	}
	return watched, stop, nil
}
