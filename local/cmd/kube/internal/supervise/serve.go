package supervise

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/plinth-iac/plinth/local/cmd/kube/internal/pki"
	"github.com/plinth-iac/plinth/local/kube/state"
)

// readyWithin is for a slow, busy machine; an idle one of 2 cores takes a tenth.
const readyWithin = 2 * time.Minute

// portAttempts: another program may take a port between our choosing and our using it.
const portAttempts = 3

// Serve runs the cluster of dir until ctx is done; it tells each step, and calls ready once everything serves.
// kubernetes is this binary's version, as v1.36.3.
func Serve(ctx context.Context, dir state.Dir, kubernetes string, step func(string), ready func()) error {
	syscall.Umask(0o077) // keys, data and logs are the user's own
	if err := os.MkdirAll(filepath.Dir(dir.Log("")), 0o700); err != nil {
		return err
	}
	if err := dir.Acquire(); err != nil {
		return err
	}
	step("checking the state directory")
	c, err := open(dir, kubernetes)
	if err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		err := c.serve(ctx, step, ready)
		if death := (*deathError)(nil); attempt < portAttempts && errors.As(err, &death) && death.portTaken() {
			step("another program took a port, trying others")
			c.marker.Port = 0
			continue
		}
		return err
	}
}

func (c *cluster) serve(ctx context.Context, step func(string), ready func()) error {
	ports, err := freePorts(c.marker.Port)
	if err != nil {
		return err
	}
	c.marker.Port = ports.api
	if err := errors.Join(c.save(), c.writeKubeconfigs(ports)); err != nil {
		return err
	}
	lifeline, hold, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = errors.Join(lifeline.Close(), hold.Close()) }()

	g := group{lifeline: lifeline, settled: make(chan struct{})}
	defer g.stop()
	ctx, g.fail = context.WithCancelCause(ctx)
	hadData := c.marker.HasData
	run := state.Run{PID: os.Getpid(), Server: ports.url(), Version: c.marker.Kubernetes, Started: time.Now()}
	if err := g.startAll(ctx, *c, ports, step); err != nil {
		if death := (*deathError)(nil); hadData && errors.As(err, &death) && death.name == "etcd" && !death.portTaken() {
			return unusable(c.dir, err)
		}
		return err
	}
	c.marker.HasData = true
	if err := errors.Join(c.save(), c.writeKubeconfig(c.dir.Kubeconfig(), pki.Admin, ports)); err != nil {
		return err
	}
	if err := g.settle(func(processes []state.Process) error {
		run.Processes = processes
		return state.WriteJSON(c.dir.RunFile(), run)
	}); err != nil {
		return err
	}
	defer func() { _ = os.Remove(c.dir.RunFile()) }()
	ready()
	<-ctx.Done()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// group is the processes in the order they were started.
type group struct {
	processes []*process
	lifeline  *os.File
	fail      context.CancelCauseFunc
	settled   chan struct{}
	mu        sync.Mutex
	record    func([]state.Process) error
}

func (g *group) startAll(ctx context.Context, c cluster, p ports, step func(string)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyWithin, fmt.Errorf("not ready within %s; the logs are in %s", readyWithin, filepath.Dir(c.dir.Log(""))))
	defer cancel()
	step("starting etcd and the API server")
	g.start(c.etcdProcess(p))
	if err := g.start(c.apiServer(p)).await(ctx, step); err != nil {
		return err
	}
	step("starting controllers, scheduler and simulated nodes")
	rest := []*process{g.start(c.controllerManager(p)), g.start(c.scheduler(p)), g.start(c.nodes(p))}
	for _, p := range rest {
		if err := p.await(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

func (g *group) start(p *process) *process {
	g.processes = append(g.processes, p)
	go func() {
		if err := p.run(g.lifeline, g.settled, g.changed); err != nil {
			g.fail(err)
		}
	}()
	return p
}

func (p *process) await(ctx context.Context, step func(string)) error {
	if err := p.ready(ctx); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	step(p.title + " ready")
	return nil
}

// settle ends the time in which a death is final, and records the processes now and at each restart.
func (g *group) settle(record func([]state.Process) error) error {
	g.mu.Lock()
	g.record = record
	g.mu.Unlock()
	close(g.settled)
	return g.write()
}

func (g *group) changed() {
	select {
	case <-g.settled:
		if err := g.write(); err != nil {
			g.fail(err)
		}
	default:
	}
}

func (g *group) write() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []state.Process
	for _, p := range g.processes {
		all = append(all, p.status())
	}
	return g.record(all)
}

// stop ends the processes, those first that others do not need.
func (g *group) stop() {
	for _, p := range slices.Backward(g.processes) {
		p.stop()
	}
}

// freePorts finds ports that are free now; the API server's is the preferred one if it can be had.
func freePorts(preferred int) (ports, error) {
	var p ports
	var held []net.Listener
	defer func() {
		for _, l := range held {
			_ = l.Close()
		}
	}()
	for i, port := range []*int{&p.api, &p.etcd, &p.controllers, &p.scheduler, &p.nodes} {
		want := 0
		if i == 0 {
			want = preferred
		}
		l, err := net.Listen("tcp", address(want))
		if err != nil {
			l, err = net.Listen("tcp", address(0))
		}
		if err != nil {
			return p, fmt.Errorf("no free port on %s: %w", host, err)
		}
		held = append(held, l)
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return p, nil
}
