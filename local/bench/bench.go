package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/plinth-iac/plinth/local/dirs"
	"github.com/plinth-iac/plinth/local/kube"
	"github.com/plinth-iac/plinth/local/terminal"
)

// sections are what can be measured, in order. Those after start share one API server.
var sections = []struct {
	name string
	run  func(*bench, context.Context) error
}{
	{"cold", (*bench).cold},
	{"build", (*bench).warm},
	{"start", (*bench).start},
	{"dev", (*bench).dev},
	{"deployments", (*bench).deployments},
	{"checkpoints", (*bench).checkpoints},
}

func names() []string {
	var all []string
	for _, s := range sections {
		all = append(all, s.name)
	}
	return all
}

// bench is one run.
type bench struct {
	options
	out *terminal.Printer
	// checkout is the one around the working directory. Its binaries are measured.
	checkout dirs.Dirs
	// project is the temporary one that stacks are brought up in, with the checkout's binaries.
	project dirs.Dirs
	cluster *kube.Cluster
	results results
}

func run(ctx context.Context, o options, out *terminal.Printer) (err error) {
	if err := clearEnvironment(); err != nil {
		return err
	}
	b := &bench{options: o, out: out}
	if b.checkout, err = dirs.Find(""); err != nil {
		return err
	}
	if _, err := os.Stat(b.checkout.Binary("plinth")); err != nil {
		return fmt.Errorf("the checkout is not built (%w): run `make build`, or all of this as `make bench`", err)
	}
	if err := b.makeProject(); err != nil {
		return err
	}
	failed := b.measure(ctx)
	if err := b.cleanUp(context.WithoutCancel(ctx)); err != nil {
		failed = append(failed, err)
	}
	b.results.note("%s; %s/%s, %d cores; the machine's load was %s at the end", time.Now().UTC().Format(time.RFC3339), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), load())
	if err := b.results.print(os.Stdout, o.json); err != nil {
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// measure goes on after a failure: what else can be measured is worth having after so long a run.
func (b *bench) measure(ctx context.Context) []error {
	var failed []error
	for _, s := range sections {
		if len(b.only) > 0 && !slices.Contains(b.only, s.name) {
			continue
		}
		if s.name == "cold" && !b.options.cold {
			b.results.note("the builds from an empty cache were skipped (BENCH_COLD=0 or -cold=false)")
			continue
		}
		if ctx.Err() != nil {
			return append(failed, fmt.Errorf("stopped before %s: %w", s.name, context.Cause(ctx)))
		}
		b.results.section = s.name
		if err := s.run(b, ctx); err != nil {
			b.out.Line("✗ %s: %v", s.name, err)
			failed = append(failed, fmt.Errorf("%s: %w", s.name, err))
		}
	}
	return failed
}

// clearEnvironment keeps the shell's Pulumi settings and cluster out of what is measured: the Kubernetes SDK and the
// Automation API read them from this process.
func clearEnvironment() error {
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "PULUMI_") || slices.Contains([]string{"KUBECONFIG", "STACK", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}, name) {
			if err := os.Unsetenv(name); err != nil {
				return fmt.Errorf("clearing %s from the environment: %w", name, err)
			}
		}
	}
	return nil
}

// makeProject makes a project with the checkout's dev stack, and an empty stack bench.
func (b *bench) makeProject() error {
	root, err := os.MkdirTemp("", "plinth-bench-")
	if err != nil {
		return fmt.Errorf("making a temporary project: %w", err)
	}
	b.project = dirs.Dirs{Project: root, Bin: b.checkout.Bin}
	for _, file := range []string{b.checkout.ProjectFile(), b.checkout.StackFile("dev")} {
		text, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(filepath.Join(root, filepath.Base(file)), text, 0o644)
		}
		if err != nil {
			return fmt.Errorf("copying %s into a temporary project: %w", file, err)
		}
	}
	if err := os.WriteFile(b.project.StackFile("bench"), []byte("config:\n  plinth:cloud: existing\n"), 0o644); err != nil {
		return fmt.Errorf("making a temporary project: %w", err)
	}
	return nil
}

// cleanUp stops the cluster and removes the project.
func (b *bench) cleanUp(ctx context.Context) error {
	if err := b.stopCluster(ctx); err != nil {
		return err
	}
	if err := os.RemoveAll(b.project.Project); err != nil {
		return fmt.Errorf("removing the temporary project: %w", err)
	}
	return nil
}

// stopCluster stops the cluster, whoever started it, and keeps its data.
func (b *bench) stopCluster(ctx context.Context) error {
	c, err := kube.Attach(ctx, b.project.Cluster("dev"))
	if err == nil {
		if b.cluster != nil {
			c = b.cluster
		}
		err = c.Stop(ctx)
	}
	b.cluster = nil
	if err != nil && !errors.Is(err, kube.ErrNotRunning) {
		return fmt.Errorf("stopping the cluster in %s: %w", b.project.Project, err)
	}
	return nil
}

// timed tells how long one thing takes, and shows it as a step.
func (b *bench) timed(title string, do func() error) (time.Duration, error) {
	step := b.out.Step(title)
	began := time.Now()
	err := do()
	took := time.Since(began)
	if err != nil {
		step.Fail()
		return 0, fmt.Errorf("%s: %w", title, err)
	}
	step.Done("")
	return took, nil
}

// repeats is how often a short measurement is made.
const repeats = 3

// median tells the median time of a thing that can be done again at once.
func (b *bench) median(title string, do func() error) (time.Duration, error) {
	var all []time.Duration
	for i := range repeats {
		took, err := b.timed(fmt.Sprintf("%s, %d of %d", title, i+1, repeats), do)
		if err != nil {
			return 0, err
		}
		all = append(all, took)
	}
	return middle(all), nil
}

func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	fields := strings.Fields(string(text))
	if err != nil || len(fields) == 0 {
		return "unknown"
	}
	return fields[0]
}
