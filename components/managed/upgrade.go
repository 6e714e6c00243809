package managed

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// UpgradeOnly is the option of a server whose version stands in the input named, such as "17" or "POSTGRES_17": an update, and
// already its preview, fails where the major version goes down, which no cloud can do without losing the data. name is the
// server's, and the hook's but for an ending.
func UpgradeOnly(ctx *pulumi.Context, name, input string) (pulumi.ResourceOption, error) {
	hook, err := ctx.RegisterResourceHook(name+"-upgrade-only", refuseDowngrades(input), &pulumi.ResourceHookOptions{OnDryRun: true})
	if err != nil {
		return nil, fmt.Errorf("guarding the version of %s: %w", name, err)
	}
	return pulumi.ResourceHooks(&pulumi.ResourceHookBinding{BeforeUpdate: []*pulumi.ResourceHook{hook}}), nil
}

func refuseDowngrades(input string) pulumi.ResourceHookFunction {
	return func(args *pulumi.ResourceHookArgs) error {
		from, to := major(args.OldInputs, input), major(args.NewInputs, input)
		if from == 0 || to == 0 || to >= from {
			return nil
		}
		return fmt.Errorf("%s: found version %d where %d runs, allowed is %d or higher; set the version back, or make another server and restore a dump into it",
			args.Name, to, from, from)
	}
}

var firstNumber = regexp.MustCompile(`\d+`)

// major is 0 where there is none.
func major(inputs resource.PropertyMap, input string) int {
	v := inputs[resource.PropertyKey(input)]
	if !v.IsString() {
		return 0
	}
	n, _ := strconv.Atoi(firstNumber.FindString(v.StringValue()))
	return n
}
