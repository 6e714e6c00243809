package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"regexp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/local/build"
	"github.com/plinth-iac/plinth/local/dirs"
	"github.com/plinth-iac/plinth/local/engine"
	"github.com/plinth-iac/plinth/local/reach"
	"github.com/plinth-iac/plinth/local/terminal"
	"github.com/plinth-iac/plinth/stacks/config"
	"github.com/plinth-iac/plinth/stacks/platform"
)

// Options say which stack, and where. The zero value is stack dev of the checkout around the working directory.
type Options struct {
	// Stack by name: Pulumi.<Stack>.yaml of the checkout. Default "dev".
	Stack string
	// Dir is a folder of the checkout. Default: the working directory.
	Dir string
	// Out is told what happens, line by line, and live where it is a terminal. Default: nowhere.
	Out io.Writer
	// Program that the engine runs. Default: the platform of the stack file.
	Program pulumi.RunFunc
	// Refresh has Up and Preview read the cluster first, to find what others changed there. Default false: only what changed
	// in the stack file is looked at, as the pulumi command does.
	Refresh bool
	// KeepCluster has Down leave the cluster running, empty. Default false.
	KeepCluster bool
}

// session is what every command works with.
type session struct {
	stack   string
	dirs    dirs.Dirs
	out     *terminal.Printer
	program pulumi.RunFunc
	refresh bool
	skipped []platform.Skip
}

// stackName is what Pulumi takes for the name of a stack, and what is safe as part of a path.
var stackName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9_.-]*$`)

func (o Options) session() (*session, error) {
	if o.Stack == "" {
		o.Stack = "dev"
	}
	d, err := dirs.Find(o.Dir)
	if err != nil {
		return nil, err
	}
	if !stackName.MatchString(o.Stack) || !isKnown(d, o.Stack) {
		return nil, fmt.Errorf("there is no stack %q: %s is not there; name one of: %s", o.Stack, d.StackFile(o.Stack), d.Stacks())
	}
	return &session{stack: o.Stack, dirs: d, out: terminal.New(o.Out), program: o.Program, refresh: o.Refresh}, nil
}

// isKnown tells a stack that has a file, or has left something here since its file is gone, from a name mistyped.
func isKnown(d dirs.Dirs, stack string) bool {
	for _, path := range []string{d.StackFile(stack), d.Cluster(stack), d.Work(stack)} {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}

// Build builds what the other functions need and is not there, or not up to date: minutes at the first time,
// a moment when nothing changed. The first failure stops it, and says what to do.
func Build(ctx context.Context, o Options) error {
	s, err := o.session()
	if err != nil {
		return err
	}
	return build.Run(ctx, s.dirs, s.out)
}

// readConfig refuses a stack file with mistakes before anything is started.
func (s *session) readConfig() (*config.Config, error) {
	cfg, problems, err := config.ReadFile(s.dirs.StackFile(s.stack), s.stack, config.Rehearsal())
	if err != nil {
		return nil, err
	}
	return cfg, problems.Err()
}

// chooseProgram takes the platform of the stack file, without what has no chart here.
func (s *session) chooseProgram(ctx context.Context, cfg *config.Config) {
	if s.program != nil {
		return
	}
	missing := map[string]string{}
	for _, service := range platform.Services(cfg) {
		maps.Copy(missing, reach.Charts(ctx, cfg.Charts, service.Charts))
		maps.Copy(missing, reach.Manifests(ctx, cfg.Charts, service.Manifests))
	}
	cfg.Unreachable = missing
	s.skipped = platform.Skipped(cfg)
	s.program = platform.On(nil, config.Rehearsal(), config.WithoutCharts(missing))
}

// checkBuilt says what to do where the binaries are not there yet.
func (s *session) checkBuilt() error {
	for _, name := range []string{"kube", "pulumi"} {
		if _, err := os.Stat(s.dirs.Binary(name)); err != nil {
			return fmt.Errorf("%s is not built: run `make build` in your checkout, or call local.Build", s.dirs.Binary(name))
		}
	}
	return nil
}

func (s *session) openEngine(ctx context.Context, kubeconfig string) (*engine.Engine, error) {
	return engine.Open(ctx, engine.Options{
		Dirs: s.dirs, Stack: s.stack, Program: s.program, Kubeconfig: kubeconfig, Out: s.out,
	})
}

// sayProviders tells which resource plugins serve.
func (s *session) sayProviders() error {
	providers, err := build.Providers(s.dirs)
	if err != nil {
		return err
	}
	for _, p := range providers {
		s.out.Line("  provider %s: %s", p.Name, p)
	}
	return nil
}
