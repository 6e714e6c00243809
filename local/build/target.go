package build

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/plinth-iac/plinth/local/dirs"
	"github.com/plinth-iac/plinth/local/terminal"
)

// target is one binary.
type target struct {
	name, pkg, why, ldflags string
}

// buildAll builds the targets whose inputs changed since the last run.
func buildAll(ctx context.Context, d dirs.Dirs, targets []target, out *terminal.Printer) error {
	if _, err := exec.LookPath("go"); err != nil {
		return errors.New("there is no `go` on PATH; install Go 1.26 or newer (https://go.dev/dl) and run this again")
	}
	sources, err := digestSources(d)
	if err != nil {
		return err
	}
	for _, t := range targets {
		stamp := d.Binary("." + t.name + ".stamp")
		want := t.stamp(sources)
		if got, err := os.ReadFile(stamp); err == nil && string(got) == want && isExecutable(d.Binary(t.name)) && !isLink(d.Binary(t.name)) {
			continue
		}
		if err := t.build(ctx, d, out); err != nil {
			return err
		}
		if err := os.WriteFile(stamp, []byte(want), 0o644); err != nil {
			return fmt.Errorf("recording the build of %s: %w", t.name, err)
		}
	}
	return nil
}

func (t target) build(ctx context.Context, d dirs.Dirs, out *terminal.Printer) error {
	step := out.Step(fmt.Sprintf("build %s (%s)", t.name, t.why))
	step.Progress("finding out what is to compile")
	module := filepath.Join(d.Project, "local")
	total, err := countStale(ctx, module, t.pkg)
	if err != nil {
		step.Fail()
		return err
	}

	if isLink(d.Binary(t.name)) {
		// go build would write through the link, into what is not ours.
		if err := os.Remove(d.Binary(t.name)); err != nil {
			step.Fail()
			return fmt.Errorf("unlinking %s: %w", d.Binary(t.name), err)
		}
	}
	cmd := goCommand(ctx, module, "build", "-v", "-ldflags", t.ldflags, "-o", d.Binary(t.name), t.pkg)
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		step.Fail()
		return fmt.Errorf("starting go build of %s: %w", t.name, err)
	}
	compiled, complaints := follow(stderr, total, step)
	if err := cmd.Wait(); err != nil {
		step.Fail()
		if ctx.Err() != nil {
			return fmt.Errorf("building %s was stopped; what is compiled is kept, and the next run goes on from there: %w", t.name, ctx.Err())
		}
		return fmt.Errorf("building %s failed (%w):\n%s\nin %s: fix what is named above; where modules cannot be "+
			"downloaded, check GOPROXY and GOFLAGS", t.name, err, terminal.Indent("    ", complaints), module)
	}
	if compiled == 0 {
		step.Done("up to date")
	} else {
		step.Done("%s compiled", terminal.Count(compiled, "package"))
	}
	return nil
}

// countStale returns how many packages go build would compile for pkg: the others are in its cache.
func countStale(ctx context.Context, module, pkg string) (int, error) {
	cmd := goCommand(ctx, module, "list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}", pkg)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	list, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("listing what %s needs (%w):\n%s\nin %s: where modules cannot be downloaded, check GOPROXY and GOFLAGS",
			pkg, err, terminal.Indent("    ", stderr.String()), module)
	}
	return len(strings.Fields(string(list))), nil
}

// follow reports go build's own lines as progress: the packages it compiles, and the modules it downloads. It
// returns how many packages there were, and every other line, which is what went wrong.
func follow(stderr io.Reader, total int, step *terminal.Step) (compiled int, complaints string) {
	var other strings.Builder
	lines := bufio.NewScanner(stderr)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		text := lines.Text()
		switch {
		case strings.HasPrefix(text, "go: downloading "):
			step.Progress("downloading %s", strings.TrimPrefix(text, "go: downloading "))
		case isPackage(text):
			compiled++
			step.Progress("%d of %d packages, %s", compiled, max(total, compiled), text)
			if compiled >= total {
				step.Progress("%s compiled, linking", terminal.Count(compiled, "package"))
			}
		default:
			other.WriteString(text + "\n")
		}
	}
	return compiled, other.String()
}

// isPackage tells the import paths that go build -v prints from everything else it says.
func isPackage(text string) bool {
	return text != "" && !strings.ContainsAny(text, " \t:#")
}

func goCommand(ctx context.Context, module string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = module
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	// A work file around the checkout would pull other modules in.
	cmd.Env = append(os.Environ(), "GOWORK=off")
	return cmd
}

func isExecutable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&os.ModeSymlink != 0
}
