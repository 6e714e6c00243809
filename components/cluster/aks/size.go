package aks

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// azureCLI is the tool that people who use the kubeconfig have. Tests have another.
var azureCLI = []string{"az"}

// keepSize is the option of an autoscaled pool. Pulumi sends a pool whole at any change, with the number of nodes of its last refresh,
// and AKS would go back to that; the hook refuses it.
func (b *builder) keepSize() (pulumi.ResourceOption, error) {
	hook, err := b.ctx.RegisterResourceHook(b.name+"-size", func(args *pulumi.ResourceHookArgs) error {
		return checkSize(b.ctx.Context(), azureCLI, args)
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("preparing to check the sizes of pools: %w", err)
	}
	return pulumi.ResourceHooks(&pulumi.ResourceHookBinding{BeforeUpdate: []*pulumi.ResourceHook{hook}}), nil
}

// checkSize refuses to change a pool from a state that does not know how many nodes it has now.
func checkSize(ctx context.Context, tool []string, args *pulumi.ResourceHookArgs) error {
	count := args.NewInputs["count"] // of the last refresh, as its changes are ignored
	if !count.IsNumber() {
		return fmt.Errorf("changing pool %s: its state does not say how many nodes it has; run pulumi up --refresh", args.Name)
	}
	command := append(tool[1:len(tool):len(tool)],
		"rest", "--method", "get", "--url", string(args.ID)+"?api-version=2024-09-01", "--query", "properties.count", "--output", "tsv")
	text, err := exec.CommandContext(ctx, tool[0], command...).Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, exit.Stderr)
	}
	if err != nil {
		return fmt.Errorf("changing pool %s: asking the Azure CLI how many nodes it has: %w", args.Name, err)
	}
	now, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return fmt.Errorf("changing pool %s: asking the Azure CLI how many nodes it has: %w", args.Name, err)
	}
	if known := int(count.NumberValue()); now != known {
		return fmt.Errorf("changing pool %s: it has %d nodes by now, and its state says %d, which any change would bring back; run pulumi up --refresh", args.Name, now, known)
	}
	return nil
}
