package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkout makes a project with these stack files.
func checkout(t *testing.T, stacks map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte("name: plinth\nruntime: go\n"), 0o644))
	for name, text := range stacks {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi."+name+".yaml"), []byte(text), 0o644))
	}
	return dir
}

const empty = "config:\n  plinth:cloud: existing\n"

func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, complaints bytes.Buffer
	code = Run(t.Context(), args, &out, &complaints)
	return code, out.String(), complaints.String()
}

func TestHelpListsTheCommands(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := run(t, "--help")
	assert.Equal(t, OK, code)
	assert.Empty(t, stderr)
	for _, command := range []string{"up", "preview", "down", "stop", "status", "kubeconfig"} {
		assert.Regexp(t, `(?m)^  `+command+` +[A-Z]`, stdout)
		code, help, _ := run(t, command, "--help")
		assert.Equal(t, OK, code)
		assert.Contains(t, help, "Examples:\n  ", command)
		assert.Contains(t, help, "--stack", command)
	}
}

func TestACommandLineThatIsNotUnderstood(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"no such command": {[]string{"upp"}, `unknown command "upp"`},
		"no such flag":    {[]string{"up", "--force"}, "unknown flag: --force"},
		"flag of another": {[]string{"status", "--keep-cluster"}, "unknown flag: --keep-cluster"},
		"arguments":       {[]string{"down", "prod"}, `unknown command "prod"`},
		"flag in want":    {[]string{"up", "--stack"}, "flag needs an argument: --stack"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := run(t, test.args...)
			assert.Equal(t, Usage, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, "error: "+test.want)
			assert.Contains(t, stderr, "plinth --help lists what there is\n")
		})
	}
}

func TestTheStackComesFromTheFlagOrTheEnvironment(t *testing.T) {
	dir := checkout(t, map[string]string{"dev": empty, "prod": empty, "stage": empty})
	for _, test := range []struct {
		env, want string
		args      []string
	}{
		{"", "stack dev is not up here", nil},
		{"prod", "stack prod is not up here", nil},
		{"prod", "stack stage is not up here", []string{"--stack", "stage"}},
		{"prod", "stack stage is not up here", []string{"-s", "stage"}},
	} {
		t.Setenv("STACK", test.env)
		code, stdout, stderr := run(t, append([]string{"status", "-C", dir}, test.args...)...)
		assert.Equal(t, OK, code, stderr)
		assert.Contains(t, stdout, test.want)
	}
}

func TestAStackThatIsNotUp(t *testing.T) {
	t.Parallel()
	dir := checkout(t, map[string]string{"dev": empty})
	flags := []string{"--dir", dir, "--stack", "dev"}
	t.Run("has a status", func(t *testing.T) {
		t.Parallel()
		_, stdout, _ := run(t, append(flags, "status")...)
		assert.Equal(t, "stack dev is not up here\nnext: make up STACK=dev\n", stdout)
		_, stdout, _ = run(t, append(flags, "status", "--json")...)
		var status map[string]any
		require.NoError(t, json.Unmarshal([]byte(stdout), &status))
		assert.Equal(t, map[string]any{"stack": "dev", "running": false}, status)
	})
	t.Run("has no kubeconfig", func(t *testing.T) {
		t.Parallel()
		code, stdout, stderr := run(t, append(flags, "kubeconfig")...)
		assert.Equal(t, Failed, code)
		assert.Empty(t, stdout, "or a shell would export it")
		assert.Contains(t, stderr, "error: stack dev is not up here: `make up STACK=dev` starts it\n")
	})
	t.Run("can be stopped", func(t *testing.T) {
		t.Parallel()
		code, stdout, stderr := run(t, append(flags, "stop")...)
		assert.Equal(t, OK, code, stderr)
		assert.Contains(t, stdout, "the cluster of stack dev is stopped")
	})
	t.Run("can be taken down", func(t *testing.T) {
		t.Parallel()
		code, stdout, stderr := run(t, append(flags, "down")...)
		assert.Equal(t, OK, code, stderr)
		assert.Equal(t, "stack dev is down\n", stdout)
		assert.Contains(t, stderr, "✓ stack dev: nothing to delete")
	})
}

func TestFailuresSayWhatToDo(t *testing.T) {
	t.Parallel()
	dir := checkout(t, map[string]string{"dev": empty, "bad": empty + "  plinth:environment: dev\n  plinth:workload: {}\n"})
	elsewhere := t.TempDir()
	for name, test := range map[string]struct {
		args, want []string
	}{
		"no project":           {[]string{"up", "-C", elsewhere}, []string{"there is no Pulumi.yaml in " + elsewhere, "--dir"}},
		"no such stack":        {[]string{"up", "-C", dir, "-s", "prd"}, []string{`there is no stack "prd"`, "name one of: bad, dev"}},
		"no stack to preview":  {[]string{"preview", "-C", dir, "-s", "prd"}, []string{`there is no stack "prd"`}},
		"no stack to end":      {[]string{"down", "-C", dir, "-s", "prd"}, []string{`there is no stack "prd"`}},
		"no stack to look at":  {[]string{"status", "-C", dir, "-s", "prd"}, []string{`there is no stack "prd"`}},
		"a path for a stack":   {[]string{"down", "-C", dir, "-s", ".."}, []string{`there is no stack ".."`}},
		"a mistake in a stack": {[]string{"up", "-C", dir, "-s", "bad"}, []string{"the stack file has 1 problem", "workloads"}},
		"nothing is built":     {[]string{"up", "-C", dir, "-s", "dev"}, []string{"is not built: run `make build`"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := run(t, test.args...)
			assert.Equal(t, Failed, code)
			assert.Empty(t, stdout)
			for _, want := range append(test.want, "\nerror: ") {
				assert.Contains(t, stderr, want)
			}
			assert.NoDirExists(t, filepath.Join(dir, ".plinth"), "nothing was begun")
		})
	}
}

func TestASignalIsToldFromAFailure(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	code := Run(ctx, []string{"up", "-C", t.TempDir()}, &stdout, &stderr)
	assert.Equal(t, Interrupted, code)
	assert.Contains(t, stderr.String(), "stopped by a signal: there is no Pulumi.yaml")
	assert.Contains(t, stderr.String(), "the same command goes on from there")
}
