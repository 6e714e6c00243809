package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// binary is the laptop's command under test.
var binary = os.Getenv("PLINTH_BIN")

func TestMain(m *testing.M) {
	if binary == "" {
		fmt.Println("SKIP e2e: PLINTH_BIN is not set; `make test` builds the command and sets it. Not proven: up, update, drift, rehearsal, destroy.")
		return
	}
	os.Exit(m.Run())
}

// project is a checkout's stack files in a folder of the test's own, with a state and a cluster of its own.
type project struct {
	t     *testing.T
	dir   string
	stack string
	// printed is all that the command has printed so far.
	printed bytes.Buffer
}

// newProject copies the repository's stack files. Whatever the test brings up is taken down at its end.
func newProject(t *testing.T, stack string) *project {
	t.Helper()
	p := &project{t: t, dir: t.TempDir(), stack: stack}
	files, err := filepath.Glob("../../Pulumi*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(p.dir, filepath.Base(file)), content, 0o600))
	}
	t.Cleanup(func() {
		out, code := p.run("down")
		if code != 0 {
			t.Errorf("plinth down at the end of the test ended with %d:\n%s", code, out)
		}
		if left := p.processes(); left != "" {
			t.Errorf("processes left behind by plinth:\n%s", left)
		}
	})
	return p
}

// edit replaces the one occurrence of old in the stack file.
func (p *project) edit(old, replacement string) {
	p.t.Helper()
	file := filepath.Join(p.dir, "Pulumi."+p.stack+".yaml")
	content, err := os.ReadFile(file)
	require.NoError(p.t, err)
	require.Equal(p.t, 1, strings.Count(string(content), old), "occurrences of %q in %s", old, file)
	require.NoError(p.t, os.WriteFile(file, []byte(strings.Replace(string(content), old, replacement, 1)), 0o600))
}

// write replaces the whole stack file.
func (p *project) write(content string) {
	p.t.Helper()
	require.NoError(p.t, os.WriteFile(filepath.Join(p.dir, "Pulumi."+p.stack+".yaml"), []byte(content), 0o600))
}

func (p *project) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, binary, append(args, "--dir", p.dir, "--stack", p.stack)...)
	// What is brought up here must never reach the cluster that the user works with.
	cmd.Env = append(os.Environ(), "KUBECONFIG="+filepath.Join(p.dir, "somebody-elses-kubeconfig"))
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = time.Minute
	return cmd
}

// run runs a command to its end and returns all it printed, and its exit code.
func (p *project) run(args ...string) (string, int) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := p.command(ctx, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	p.printed.Write(out.Bytes())
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatalf("plinth %s: %v", strings.Join(args, " "), err)
	}
	p.t.Logf("plinth %s ended with %d", strings.Join(args, " "), cmd.ProcessState.ExitCode())
	return out.String(), cmd.ProcessState.ExitCode()
}

// ok runs a command that must succeed.
func (p *project) ok(args ...string) string {
	p.t.Helper()
	out, code := p.run(args...)
	require.Zero(p.t, code, "plinth %s printed:\n%s", strings.Join(args, " "), out)
	return out
}

// fails runs a command that must not succeed.
func (p *project) fails(args ...string) string {
	p.t.Helper()
	out, code := p.run(args...)
	require.NotZero(p.t, code, "plinth %s succeeded and printed:\n%s", strings.Join(args, " "), out)
	return out
}

// client talks to the project's cluster, with the kubeconfig the user is told to use.
func (p *project) client() kubernetes.Interface {
	p.t.Helper()
	kubeconfig := strings.TrimSpace(p.ok("kubeconfig"))
	rest, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	require.NoError(p.t, err)
	client, err := kubernetes.NewForConfig(rest)
	require.NoError(p.t, err)
	return client
}

// signal closes seen when word is first written to it.
type signal struct {
	word string
	seen chan struct{}
	text bytes.Buffer
	done bool
}

func (s *signal) Write(b []byte) (int, error) {
	s.text.Write(b)
	if !s.done && strings.Contains(s.text.String(), s.word) {
		s.done = true
		close(s.seen)
	}
	return len(b), nil
}

// processes lists the running processes that have to do with this project.
func (p *project) processes() string {
	out, err := exec.Command("ps", "-axww", "-o", "pid=,command=").Output()
	require.NoError(p.t, err)
	var left []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, p.dir) {
			left = append(left, line)
		}
	}
	return strings.Join(left, "")
}
