package eks

import (
	"context"
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// checkSize refuses to change min or max of an autoscaled pool from a state that does not know how many nodes it has now: EKS takes
// the three numbers at once, and would set the pool back to the size of the last refresh.
func checkSize(ctx context.Context, tool []string, region string, args *pulumi.ResourceHookArgs) error {
	before, after := sizes(args.OldInputs), sizes(args.NewInputs)
	if before.min == after.min && before.max == after.max {
		return nil
	}
	cluster, group := args.OldOutputs["clusterName"], args.OldOutputs["nodeGroupName"]
	if !cluster.IsString() || !group.IsString() {
		return fmt.Errorf("resizing %s: its state has no name; run pulumi refresh", args.Name)
	}
	text, err := run(ctx, nil, tool, "eks", "describe-nodegroup", "--region", region, "--cluster-name", cluster.StringValue(),
		"--nodegroup-name", group.StringValue(), "--query", "nodegroup.scalingConfig.desiredSize", "--output", "text")
	if err != nil {
		return fmt.Errorf("resizing %s: asking how many nodes it has: %w", args.Name, err)
	}
	now, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return fmt.Errorf("resizing %s: asking how many nodes it has: %w", args.Name, err)
	case now < after.min || now > after.max:
		return fmt.Errorf("resizing %s: it has %d nodes, and EKS takes no min above or max below that; run aws eks update-nodegroup-config --region %s --cluster-name %s --nodegroup-name %s --scaling-config minSize=%d,maxSize=%d,desiredSize=%d, then pulumi up --refresh",
			args.Name, now, region, cluster.StringValue(), group.StringValue(), after.min, after.max, min(max(now, after.min), after.max))
	case now != after.desired:
		return fmt.Errorf("resizing %s: it has %d nodes by now, and its state says %d, which a change of min or max would bring back; run pulumi up --refresh", args.Name, now, after.desired)
	}
	return nil
}

type size struct{ min, max, desired int }

// sizes reads a pool's inputs. Desired is that of the last refresh, as its changes are ignored.
func sizes(inputs resource.PropertyMap) size {
	config := inputs["scalingConfig"]
	if !config.IsObject() {
		return size{}
	}
	number := func(key resource.PropertyKey) int {
		if v := config.ObjectValue()[key]; v.IsNumber() {
			return int(v.NumberValue())
		}
		return 0
	}
	return size{min: number("minSize"), max: number("maxSize"), desired: number("desiredSize")}
}
