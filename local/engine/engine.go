package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/plinth-iac/plinth/local/dirs"
	"github.com/plinth-iac/plinth/local/statestore"
	"github.com/plinth-iac/plinth/local/terminal"
)

// Options say what to run, and where.
type Options struct {
	// Dirs is the checkout.
	Dirs dirs.Dirs
	// Stack is the name of the stack; Pulumi.<Stack>.yaml must be in the checkout.
	Stack string
	// Program is what the engine runs; none where it is only to destroy, which needs no more of the stack file than the last run had.
	Program pulumi.RunFunc
	// Kubeconfig of the cluster it runs against.
	Kubeconfig string
	// Out is told what happens.
	Out *terminal.Printer
}

// Engine is one stack, claimed by this process until Close.
type Engine struct {
	Options

	stack    auto.Stack
	project  string
	lock     *lock
	state    *statestore.Server
	programs *failure
	last     atomic.Int64 // Unix nanoseconds
}

// failure keeps the program's own error, which the engine would only hand back as text.
type failure struct{ err error }

// Open readies the stack: it derives the laptop's stack file, clears what a crash left, and makes the
// stack's state where there is none.
func Open(ctx context.Context, o Options) (*Engine, error) {
	held, err := claim(o.Dirs, o.Stack)
	if err != nil {
		return nil, err
	}
	e := &Engine{Options: o, lock: held, programs: &failure{}}
	if err := e.open(ctx); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// Close stops serving the stack's state and gives the stack free.
func (e *Engine) Close() error {
	var err error
	if e.state != nil {
		err = e.state.Close()
	}
	return errors.Join(err, e.lock.release())
}

func (e *Engine) open(ctx context.Context) error {
	project, err := e.loadProject()
	if err != nil {
		return err
	}
	e.project = project.Name.String()
	if err := e.writeStackFile(ctx); err != nil {
		return err
	}
	if err := endOrphans(e.Dirs, e.Stack); err != nil {
		return err
	}
	e.state, err = statestore.Open(statestore.Options{Dir: e.Dirs.State(), Project: e.project, Stack: e.Stack})
	if err != nil {
		return fmt.Errorf("opening the state of stack %s: %w", e.Stack, err)
	}
	if e.state.Recovered {
		e.Out.Line("! the last run of stack %s was killed; what it had done is brought into the state", e.Stack)
	}

	if err := turnLogsOff(e.Dirs); err != nil {
		return err
	}
	cli, err := newCommand(ctx, e.Dirs)
	if err != nil {
		return err
	}
	w, err := auto.NewLocalWorkspace(ctx,
		auto.Pulumi(cli), auto.Project(*project), auto.WorkDir(e.Dirs.Work(e.Stack)),
		auto.Program(e.remember(e.Program)), auto.EnvVars(e.environment()))
	if err != nil {
		return fmt.Errorf("readying the engine: %w", err)
	}
	if HasState(e.Dirs, e.Stack) {
		e.stack, err = auto.SelectStack(ctx, e.Stack, w)
	} else {
		e.stack, err = auto.NewStack(ctx, e.Stack, w)
	}
	if err != nil {
		return fmt.Errorf("opening the state of stack %s in %s: %w", e.Stack, e.Dirs.State(), err)
	}
	return e.forgetPending(ctx)
}

// loadProject reads the checkout's Pulumi.yaml and leaves out what only concerns building its program.
func (e *Engine) loadProject() (*workspace.Project, error) {
	project, err := workspace.LoadProject(e.Dirs.ProjectFile())
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", e.Dirs.ProjectFile(), err)
	}
	project.Main, project.Backend = "", nil
	project.Runtime = workspace.NewProjectRuntimeInfo("go", nil)
	return project, nil
}

func (e *Engine) writeStackFile(ctx context.Context) error {
	to := filepath.Join(e.Dirs.Work(e.Stack), "Pulumi."+e.Stack+".yaml")
	if _, err := os.Stat(to); err == nil && e.Program == nil {
		return nil // The user's own may be gone by now, or half written.
	}
	path := e.Dirs.StackFile(e.Stack)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no stack %q: %s is not there; stacks here: %s", e.Stack, path, e.Dirs.Stacks())
	}
	if err != nil {
		return fmt.Errorf("reading the stack file: %w", err)
	}
	phrase, err := ensurePassphrase(e.Dirs)
	if err != nil {
		return err
	}
	k, err := loadKeys(ctx, phrase, text, to)
	if err != nil {
		return err
	}
	d, err := derive(ctx, text, e.Kubeconfig, k)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := os.WriteFile(to, d.text, 0o600); err != nil {
		return fmt.Errorf("writing the stack file for the laptop: %w", err)
	}
	if d.standIns > 0 {
		e.Out.Line("! stand-in values here for %s of %s, closed with a key that this machine does not have",
			terminal.Count(d.standIns, "secret"), filepath.Base(path))
	}
	for _, dropped := range d.dropped {
		e.Out.Line("! left out here: %s", dropped)
	}
	return nil
}

// remember keeps the error of a program.
func (e *Engine) remember(program pulumi.RunFunc) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		e.programs.err = program(ctx)
		return e.programs.err
	}
}

// HasState tells whether a stack was brought up, at least in part, and not taken down since.
func HasState(d dirs.Dirs, stack string) bool {
	files, err := filepath.Glob(filepath.Join(d.State(), ".pulumi", "stacks", "*", stack+".json"))
	return err == nil && len(files) > 0
}

// LastFinished is when the running operation last began or finished a resource.
func (e *Engine) LastFinished() time.Time { return time.Unix(0, e.last.Load()) }

// forgetPending drops what the state notes as begun and never finished: the engine would warn of it at every run. Objects may
// be there that the state does not know, so until an up goes well the provider takes over what it finds under their names.
func (e *Engine) forgetPending(ctx context.Context) error {
	pending, err := readPending(e.stateFile())
	if err != nil {
		return err
	}
	if _, err := os.Stat(e.recovery()); err == nil || len(pending) > 0 {
		e.stack.Workspace().SetEnvVar("PULUMI_K8S_UPSERT_EXISTING_OBJECTS", "true")
		e.stack.Workspace().SetEnvVar("PULUMI_K8S_ENABLE_PATCH_FORCE", "true")
	}
	if len(pending) == 0 {
		return nil
	}
	if err := os.WriteFile(e.recovery(), nil, 0o600); err != nil {
		return fmt.Errorf("noting that the last run was cut short: %w", err)
	}
	for _, p := range pending {
		e.Out.Line("! the last run was cut short while %s %s; it is done again", p.Type, nameOf(p.Resource.URN))
	}
	state, err := e.stack.Export(ctx)
	if err != nil {
		return fmt.Errorf("reading the state of stack %s: %w", e.Stack, err)
	}
	var deployment map[string]json.RawMessage
	if err := json.Unmarshal(state.Deployment, &deployment); err != nil {
		return fmt.Errorf("reading the state of stack %s: %w", e.Stack, err)
	}
	delete(deployment, "pending_operations")
	if state.Deployment, err = json.Marshal(deployment); err != nil {
		return err
	}
	if err := e.stack.Import(ctx, state); err != nil {
		return fmt.Errorf("writing the state of stack %s: %w", e.Stack, err)
	}
	return nil
}

// recovery is a file that is there from a run cut short to the next up that goes well.
func (e *Engine) recovery() string { return filepath.Join(e.Dirs.Work(e.Stack), "recovering") }

func (e *Engine) stateFile() string {
	return filepath.Join(e.Dirs.State(), ".pulumi", "stacks", e.project, e.Stack+".json")
}

// Up brings the stack to what its file says. With refresh the cluster is read first, so that what others changed is found
// and put right; without, only what changed in the stack file is looked at.
func (e *Engine) Up(ctx context.Context, refresh bool) (*Report, error) {
	opts := []optup.Option{optup.Parallel(parallel), optup.SuppressOutputs()}
	if refresh {
		opts = append(opts, optup.Refresh())
	}
	report, err := e.run("up", func(stream chan<- events.EngineEvent) error {
		_, err := e.stack.Up(ctx, append(opts, optup.EventStreams(stream))...)
		return err
	})
	if err != nil {
		return report, err
	}
	if err := os.Remove(e.recovery()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return report, fmt.Errorf("forgetting that a run was cut short: %w", err)
	}
	return report, nil
}

// Preview finds out what Up would change, and changes nothing.
func (e *Engine) Preview(ctx context.Context, refresh bool) (*Report, error) {
	opts := []optpreview.Option{optpreview.Parallel(parallel)}
	if refresh {
		opts = append(opts, optpreview.Refresh())
	}
	return e.run("preview", func(stream chan<- events.EngineEvent) error {
		_, err := e.stack.Preview(ctx, append(opts, optpreview.EventStreams(stream))...)
		return err
	})
}

// Destroy deletes every resource of the stack, protected ones too: what runs on a laptop is a
// rehearsal, and the protection is for what it rehearses.
func (e *Engine) Destroy(ctx context.Context) (*Report, error) {
	cli := e.stack.Workspace().PulumiCommand()
	var env []string
	for key, value := range e.environment() {
		env = append(env, key+"="+value)
	}
	_, stderr, _, err := cli.Run(ctx, e.Dirs.Work(e.Stack), nil, nil, nil, env, "state", "unprotect", "--all", "--yes", "--stack", e.Stack)
	if err != nil {
		return nil, fmt.Errorf("lifting the protection in the local state: %w: %s", err, stderr)
	}
	return e.run("down", func(stream chan<- events.EngineEvent) error {
		_, err := e.stack.Destroy(ctx, optdestroy.EventStreams(stream), optdestroy.Parallel(parallel))
		return err
	})
}

// Forget removes the stack's state and work folder. The stack must be empty: destroyed before.
func (e *Engine) Forget(ctx context.Context) error {
	if err := e.stack.Workspace().RemoveStack(ctx, e.Stack); err != nil {
		return fmt.Errorf("removing the state of stack %s: %w", e.Stack, err)
	}
	if err := os.RemoveAll(e.Dirs.Work(e.Stack)); err != nil {
		return fmt.Errorf("removing %s: %w", e.Dirs.Work(e.Stack), err)
	}
	return nil
}

// run follows one operation to its end, and turns its failure into one error that says what went wrong.
func (e *Engine) run(what string, operation func(chan<- events.EngineEvent) error) (*Report, error) {
	stream := make(chan events.EngineEvent)
	finished := make(chan struct{})
	reported := make(chan *Report)
	step := e.Out.Step(what + " " + e.Stack)
	go func() {
		r := newRenderer(e.Out, step, what == "preview")
		r.moved = func() { e.last.Store(time.Now().UnixNano()) }
		r.follow(stream, finished)
		reported <- r.report
	}()
	e.programs.err = nil
	e.last.Store(time.Now().UnixNano())
	err := operation(stream)
	close(finished)
	report := <-reported
	if err == nil {
		step.Done("%s", report.Summary())
		return report, nil
	}
	step.Fail()
	return report, e.explain(what, err, report)
}

func (e *Engine) explain(what string, err error, report *Report) error {
	switch {
	case auto.IsConcurrentUpdateError(err):
		return fmt.Errorf("another Pulumi engine works on stack %s: %w", e.Stack, err)
	case e.programs.err != nil && !(wasCancelled(e.programs.err) && len(report.Errors) > 0):
		return e.programs.err
	case len(report.Errors) > 0:
		return &Error{Operation: what, Stack: e.Stack, Causes: report.Errors}
	default:
		return fmt.Errorf("%s of stack %s: %w", what, e.Stack, err)
	}
}

// wasCancelled tells whether the program was only stopped, since a resource had failed: why is in the report then.
func wasCancelled(err error) bool { return status.Code(err) == codes.Canceled }

// Discard removes a stack's state and work folder and deletes nothing: for a stack whose cluster is lost.
func Discard(d dirs.Dirs, stack string) error {
	found := []string{d.Work(stack)}
	for _, pattern := range []string{"stacks/*/" + stack + ".json*", "history/*/" + stack, "backups/*/" + stack, "locks/*/*/" + stack} {
		files, err := filepath.Glob(filepath.Join(d.State(), ".pulumi", pattern))
		if err != nil {
			return fmt.Errorf("looking for the state of stack %s: %w", stack, err)
		}
		found = append(found, files...)
	}
	for _, path := range found {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("removing %s: %w", path, err)
		}
	}
	return nil
}
