package supervise

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/plinth-iac/plinth/local/kube/state"
)

const (
	// A child may die maxRestarts times within restartWindow: more is no hiccup, and restarting would hide the cause.
	maxRestarts   = 3
	restartWindow = 5 * time.Minute
	// stopGrace is for finishing requests; nothing is lost with what is killed then, for etcd has synced every write.
	stopGrace = 3 * time.Second
	// Go lets the heap double before it collects; half that costs little time and saves a quarter of the memory.
	gogc = "GOGC=50"
)

// process is a child, started again when it dies.
type process struct {
	name  string
	title string // as people call it
	args  []string
	log   string
	// ready returns nil as soon as the process serves; nil ready means that another's readiness implies it.
	ready func(context.Context) error

	mu       sync.Mutex
	cmd      *exec.Cmd
	restarts []time.Time
	stopping bool
	done     chan struct{}
}

func (c cluster) process(name, title string, ready func(context.Context) error, args ...string) *process {
	return &process{name: name, title: title, args: args, log: c.dir.Log(name), ready: ready, done: make(chan struct{})}
}

// run starts the process and keeps it running until stop; it returns early, with an error, when it died too often
// or, before settled is closed, at all: in the beginning a death is a wrong setup and not bad luck.
func (p *process) run(lifeline *os.File, settled <-chan struct{}, changed func()) error {
	defer close(p.done)
	if err := os.Remove(p.log); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for {
		if started, err := p.start(lifeline); err != nil || !started {
			return err
		}
		changed()
		err := p.cmd.Wait()
		p.mu.Lock()
		stopping := p.stopping
		p.restarts = append(p.restarts, time.Now())
		p.mu.Unlock()
		if stopping {
			return nil
		}
		select {
		case <-settled:
		default:
			return p.died(err)
		}
		if n := len(p.restarts); n > maxRestarts && time.Since(p.restarts[n-1-maxRestarts]) < restartWindow {
			return p.died(err)
		}
		fmt.Fprintf(os.Stderr, "%s %s ended (%v) and is started again; its log is %s\n", time.Now().Format(time.RFC3339), p.name, err, p.log)
	}
}

func (p *process) start(lifeline *os.File) (bool, error) {
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return false, err
	}
	defer func() { _ = log.Close() }()
	self, err := os.Executable()
	if err != nil {
		return false, err
	}
	cmd := exec.Command(self, append([]string{p.name}, p.args...)...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), gogc)
	cmd.ExtraFiles = []*os.File{lifeline}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopping {
		return false, nil
	}
	p.cmd = cmd
	return true, cmd.Start()
}

// stop ends the process, by force if it takes longer than stopGrace, and waits for it.
func (p *process) stop() {
	p.signal(syscall.SIGTERM)
	select {
	case <-p.done:
		return
	case <-time.After(stopGrace):
	}
	p.signal(syscall.SIGKILL)
	<-p.done
}

func (p *process) signal(s os.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopping = true
	if p.cmd != nil && p.cmd.Process != nil {
		_ = p.cmd.Process.Signal(s) // it may have ended already
	}
}

func (p *process) status() state.Process {
	p.mu.Lock()
	defer p.mu.Unlock()
	status := state.Process{Name: p.name, Restarts: len(p.restarts)}
	if p.cmd != nil && p.cmd.Process != nil {
		status.PID = p.cmd.Process.Pid
	}
	return status
}

// deathError is the end of a child, with what it said last.
type deathError struct {
	name, log, last string
	cause           error
}

func (p *process) died(cause error) error {
	return &deathError{name: p.name, log: p.log, last: lastLines(p.log), cause: cause}
}

func (e *deathError) Error() string {
	return fmt.Sprintf("%s ended (%v). Its last words, from %s:\n%s", e.name, e.cause, e.log, e.last)
}

// portTaken: another program took the port between our choosing and our using it.
func (e *deathError) portTaken() bool { return strings.Contains(e.last, syscall.EADDRINUSE.Error()) }

func (e *deathError) Unwrap() error { return e.cause }
