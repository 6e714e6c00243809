package eks

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync/atomic"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// hooks run before changes of a pool that neither Pulumi nor EKS makes with care.
type hooks struct {
	// drain moves the pods before a node group goes.
	drain *pulumi.ResourceHook
	// size keeps a change of min or max from undoing what the autoscaler did.
	size *pulumi.ResourceHook
}

func (b *builder) newHooks(kubeconfig pulumi.StringOutput) (*hooks, error) {
	var known atomic.Pointer[string] // deletions come after all registrations, so it is there by then
	kubeconfig.ApplyT(func(text string) string {
		known.Store(&text)
		return text
	})
	h := &hooks{}
	var err error
	h.drain, err = b.ctx.RegisterResourceHook(b.name+"-drain", func(args *pulumi.ResourceHookArgs) error {
		text := known.Load()
		if text == nil {
			return fmt.Errorf("draining %s: the cluster is not known yet; run the deployment again", args.Name)
		}
		return drain(b.ctx.Context(), kubectl, *text, args)
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("preparing to drain pools: %w", err)
	}
	h.size, err = b.ctx.RegisterResourceHook(b.name+"-size", func(args *pulumi.ResourceHookArgs) error {
		return checkSize(b.ctx.Context(), awsCLI, b.args.Region, args)
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("preparing to check the sizes of pools: %w", err)
	}
	return h, nil
}

// option binds the hooks to a pool. Pulumi runs no hooks when it destroys a stack without running its program, and refuses to
// where one is bound: so only pools of protected clusters, which cannot be destroyed so, are drained by ours. The others have
// the five minutes that EKS gives.
func (h *hooks) option(protect, autoscaled bool) pulumi.ResourceOption {
	binding := &pulumi.ResourceHookBinding{}
	if protect {
		binding.BeforeDelete = append(binding.BeforeDelete, h.drain)
	}
	if autoscaled {
		binding.BeforeUpdate = append(binding.BeforeUpdate, h.size)
	}
	return pulumi.ResourceHooks(binding)
}

// The tools that people who use the kubeconfig have. Tests have others.
var (
	kubectl = []string{"kubectl"}
	awsCLI  = []string{"aws"}
)

// run returns what the tool printed, or an error with what it complained of.
func run(ctx context.Context, env, tool []string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, tool[0], append(tool[1:len(tool):len(tool)], args...)...)
	command.Env = append(command.Environ(), env...)
	var complaint bytes.Buffer
	command.Stderr = &complaint
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", tool[0], args[0], err, strings.TrimSpace(complaint.String()))
	}
	return strings.TrimSpace(string(out)), nil
}
