package eks

import (
	"context"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// drainTime is how long disruption budgets may hold a node group back. EKS itself waits 5 minutes and then ends what is left
// ("Delete a managed node group" in its user guide).
const drainTime = "60m"

// drain moves the pods off a node group that is to be deleted, within their disruption budgets.
func drain(ctx context.Context, tool []string, kubeconfig string, args *pulumi.ResourceHookArgs) error {
	group := args.OldOutputs["nodeGroupName"]
	if !group.IsString() {
		return fmt.Errorf("draining %s: its state has no nodeGroupName; run pulumi refresh", args.Name)
	}
	file, err := os.CreateTemp("", "plinth-kubeconfig-") // for nobody else to read
	if err != nil {
		return fmt.Errorf("draining %s: %w", args.Name, err)
	}
	defer os.Remove(file.Name())
	if _, err := file.WriteString(kubeconfig); err != nil {
		return fmt.Errorf("draining %s: %w", args.Name, err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("draining %s: %w", args.Name, err)
	}

	_, err = run(ctx, []string{"KUBECONFIG=" + file.Name()}, tool, "drain", "--selector=eks.amazonaws.com/nodegroup="+group.StringValue(),
		"--ignore-daemonsets", "--delete-emptydir-data", "--timeout="+drainTime)
	if err != nil {
		return fmt.Errorf("draining %s: its pods have not all moved, and it is kept: %w; make room for them or loosen their disruption budgets, and deploy again", args.Name, err)
	}
	return nil
}
