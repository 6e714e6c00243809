package cluster

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster/versions"
)

// StepByStep is the option of a control plane whose Kubernetes version stands in the input named: an update, and already its
// preview, fails where versions.Step refuses the step from the version of the last deployment. It registers a hook of the
// name given, which must be the stack's only one.
func StepByStep(ctx *pulumi.Context, name, input string) (pulumi.ResourceOption, error) {
	hook, err := ctx.RegisterResourceHook(name+"-one-minor-at-a-time", refuseSteps(input), &pulumi.ResourceHookOptions{OnDryRun: true})
	if err != nil {
		return nil, fmt.Errorf("guarding the version's steps: %w", err)
	}
	return pulumi.ResourceHooks(&pulumi.ResourceHookBinding{BeforeUpdate: []*pulumi.ResourceHook{hook}}), nil
}

func refuseSteps(input string) pulumi.ResourceHookFunction {
	return func(args *pulumi.ResourceHookArgs) error {
		from, to := args.OldInputs[resource.PropertyKey(input)], args.NewInputs[resource.PropertyKey(input)]
		if !from.IsString() || !to.IsString() {
			return nil // one of the two was left to the cloud
		}
		return versions.Step(from.StringValue(), to.StringValue())
	}
}
