package engine

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"

	"github.com/plinth-iac/plinth/local/dirs"
)

// interruptTime is how long the engine may take to stop after an interrupt: what is in flight is
// finished and written down. Then it is killed.
const interruptTime = 20 * time.Second

// command runs the Pulumi CLI for the Automation API. Unlike the SDK's own, it lets no setting of the user's shell reach
// the engine (a passphrase, an access token, another backend), and runs in a process group of its own: a Ctrl-C
// in the terminal would reach the engine twice otherwise, which makes it give up at once.
type command struct {
	path, home string
	version    semver.Version
}

var _ auto.PulumiCommand = command{}

// unread are the commands that the Automation API runs after each operation for what nobody here asks: the stack's outputs and
// its history. Each would start the engine anew and hand it the whole state; they are answered so at once.
var unread = map[string]string{"stack output": "{}", "stack history": "[]"}

// quiet is how an operation's own display is left out, from the version on that can: it keeps every event of
// every resource in memory, and what is shown here comes from the same events in another way.
var (
	quiet      = []string{"--output", "json"}
	quietSince = semver.MustParse("3.259.0")
)

func newCommand(ctx context.Context, d dirs.Dirs) (command, error) {
	path := d.Binary("pulumi")
	c := command{path: path, home: d.PulumiHome()}
	text, _, _, err := c.Run(ctx, "", nil, nil, nil, nil, "version")
	if ctx.Err() != nil {
		return c, ctx.Err()
	}
	if err != nil {
		return c, fmt.Errorf("running %s: %w; `make up` builds it", path, err)
	}
	text = strings.TrimSpace(text)
	c.version, err = semver.ParseTolerant(text)
	if err != nil {
		return c, fmt.Errorf("%s says its version is %q: %w; remove it, and `make up` builds another", path, text, err)
	}
	return c, nil
}

// Version of the CLI.
func (c command) Version() semver.Version { return c.version }

// Run runs one command of the CLI, and returns what it printed and its exit code.
func (c command) Run(ctx context.Context, dir string, stdin io.Reader, stdout, stderr []io.Writer, env []string, args ...string,
) (string, string, int, error) {
	if answer, ok := unread[strings.Join(args[:min(2, len(args))], " ")]; ok {
		return answer, "", 0, nil
	}
	if slices.Contains([]string{"up", "destroy"}, args[0]) && c.version.GTE(quietSince) {
		args = append(args, quiet...)
	}
	var out, complaints bytes.Buffer
	if !slices.Contains(args, "--non-interactive") {
		args = append([]string{"--non-interactive"}, args...)
	}
	cmd := exec.CommandContext(ctx, c.path, args...)
	cmd.Dir, cmd.Stdin = dir, stdin
	cmd.Stdout = io.MultiWriter(append(stdout, &out)...)
	cmd.Stderr = io.MultiWriter(append(stderr, &complaints)...)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), isPulumiSetting), "PULUMI_HOME="+c.home, "PULUMI_AUTOMATION_API=true", "PULUMI_SKIP_UPDATE_CHECK=true")
	cmd.Env = append(cmd.Env, env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = interruptTime

	err := cmd.Run()
	if cmd.Process != nil && ctx.Err() != nil {
		// Plugins that outlived a killed engine.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	code := -1
	if cmd.ProcessState != nil {
		code = cmd.ProcessState.ExitCode()
	}
	return out.String(), complaints.String(), code, err
}

func isPulumiSetting(variable string) bool {
	return strings.HasPrefix(variable, "PULUMI_")
}
