package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"

	"github.com/plinth-iac/plinth/local/dirs"
)

// checkpointSetting is one way for the file backend to keep the state while an up runs. All but none are safe: a crash
// leaves the state of the last finished step.
type checkpointSetting struct {
	name string
	env  map[string]string
}

// none is the floor: the state is written once at the end, and a crash loses all that the up did.
var none = checkpointSetting{"no checkpoints (unsafe: a crash forgets the whole up)", map[string]string{
	"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
}}

var safe = []checkpointSetting{
	{"file backend as it comes", nil},
	{"file backend without its backup copies", map[string]string{"PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true"}},
	{"the same, compressed with zstd", map[string]string{"PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true", "PULUMI_DIY_BACKEND_ZSTD": "true"}},
}

// mostCheckpointed bounds N here: with the square of it, an up with a checkpoint per step of 1,000 takes many minutes per setting.
const mostCheckpointed = 300

// checkpoints brings the same N up with each setting. What an up takes above the floor is what its checkpoints cost.
func (b *bench) checkpoints(ctx context.Context) error {
	n := b.sizes[0]
	for _, size := range b.sizes {
		if size <= mostCheckpointed {
			n = size
		}
	}
	if _, err := b.timed("nodes for all of it", func() error { return b.ensureCluster(ctx, n) }); err != nil {
		return err
	}
	k, err := newKubectl(ctx, b.cluster.Kubeconfig(), b.project.Project)
	if err != nil {
		return err
	}
	// Plinth's engine comes first: it turns the engine's own logs off, for the others too.
	mine, err := b.measureEngine(ctx, k, n)
	if err != nil {
		return err
	}
	floor, err := b.upWith(ctx, k, none, n)
	if err != nil {
		return err
	}
	for _, setting := range safe {
		took, err := b.upWith(ctx, k, setting, n)
		if err != nil {
			return err
		}
		b.results.time(fmt.Sprintf("up of %d, %s", n, setting.name), took, against("without any", floor))
	}
	b.results.time(fmt.Sprintf("up of %d, as Plinth sets it", n), mine.up, against("without any", floor))
	b.results.note("the floor of checkpoints: %s", none.name)
	return nil
}

// upWith brings n Deployments up and down with the engine as Plinth runs it, but for how it keeps the state.
func (b *bench) upWith(ctx context.Context, k *kubectl, setting checkpointSetting, n int) (took time.Duration, err error) {
	if err := k.createNamespace(ctx, ours); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, b.timedDelete(ctx, k, ours)) }()
	dir, err := os.MkdirTemp(b.project.Project, "checkpoints-")
	if err != nil {
		return 0, err
	}
	env := engineEnvironment(b.checkout, b.cluster.Kubeconfig(), dir)
	maps.Copy(env, setting.env)

	cli, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: filepath.Dir(b.checkout.Bin), SkipVersionCheck: true})
	if err != nil {
		return 0, fmt.Errorf("running the Pulumi CLI: %w", err)
	}
	project := workspace.Project{Name: tokens.PackageName("bench"), Runtime: workspace.NewProjectRuntimeInfo("go", nil)}
	var stack auto.Stack
	took, err = b.timed(fmt.Sprintf("up of %d Deployments, %s", n, setting.name), func() error {
		w, err := auto.NewLocalWorkspace(ctx, auto.Pulumi(cli), auto.Project(project), auto.WorkDir(dir),
			auto.Program(program(makeDeployments(ours, n))), auto.EnvVars(env))
		if err != nil {
			return err
		}
		if stack, err = auto.NewStack(ctx, "bench", w); err != nil {
			return err
		}
		result, err := stack.Up(ctx, optup.Parallel(parallel), optup.SuppressOutputs())
		// The stack and its provider count as resources too.
		if changes := result.Summary.ResourceChanges; err == nil && (changes == nil || (*changes)["create"] != n+2) {
			err = fmt.Errorf("%d Deployments were to be created; it says %v", n, changes)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	_, err = b.timed("  and destroy", func() error {
		_, err := stack.Destroy(ctx, optdestroy.Parallel(parallel))
		return err
	})
	return took, err
}

// parallel is how many resources Plinth's engine works on at once.
const parallel = 16

// engineEnvironment is the part of what Plinth's engine runs with that is the same for every setting.
func engineEnvironment(d dirs.Dirs, kubeconfig, stateDir string) map[string]string {
	return map[string]string{
		"PULUMI_HOME":                                 d.PulumiHome(),
		"PULUMI_BACKEND_URL":                          "file://" + filepath.ToSlash(stateDir),
		"PULUMI_CONFIG_PASSPHRASE":                    "bench",
		"KUBECONFIG":                                  kubeconfig,
		"PULUMI_IGNORE_AMBIENT_PLUGINS":               "true",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
		"PULUMI_SKIP_UPDATE_CHECK":                    "true",
	}
}
