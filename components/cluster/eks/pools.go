package eks

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// pools are the managed node groups.
type pools struct {
	// system is the one that the platform's own programs run on.
	system pulumi.Resource
	all    []pulumi.Resource
}

func (b *builder) newPools(plane *eks.Cluster, net *network, r *roles, addOns []pulumi.Resource, h *hooks) (*pools, error) {
	p := &pools{}
	for _, name := range slices.Sorted(maps.Keys(b.args.Spec.Pools)) {
		group, err := b.newPool(name, plane, net, r, addOns, h)
		if err != nil {
			return nil, fmt.Errorf("making pool %s: %w", name, err)
		}
		if name == "system" {
			p.system = group
		}
		p.all = append(p.all, group)
	}
	return p, nil
}

func (b *builder) newPool(
	name string, plane *eks.Cluster, net *network, r *roles, addOns []pulumi.Resource, h *hooks,
) (*eks.NodeGroup, error) {
	pool, placed := b.args.Spec.Pools[name], b.placement.Pools[name]
	template, err := b.newTemplate(name, pool)
	if err != nil {
		return nil, err
	}
	var subnets pulumi.StringArray
	for _, zone := range placed.Zones {
		subnets = append(subnets, net.private[zone])
	}
	capacity, image := "ON_DEMAND", "AL2023_x86_64_STANDARD"
	if pool.Spot {
		capacity = "SPOT"
	}
	if pool.GPU != nil {
		image = "AL2023_x86_64_NVIDIA" // with the driver
	}

	// Draining respects disruption budgets, and they may take their time.
	opts := []pulumi.ResourceOption{
		pulumi.DependsOn(slices.Concat(addOns, r.nodesReady, net.wayOut)),
		pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "30m", Update: "3h", Delete: "1h"}),
		h.option(b.args.Protect, pool.Nodes.Max != nil),
	}
	if pool.Nodes.Max != nil {
		opts = append(opts, pulumi.IgnoreChanges([]string{"scalingConfig.desiredSize"})) // the autoscaler's
	}
	group, err := eks.NewNodeGroup(b.ctx, b.name+"-"+name, &eks.NodeGroupArgs{
		ClusterName: plane.Name,
		// Only the beginning, so that a group and its successor are there at once.
		NodeGroupNamePrefix: pulumi.String(name + "-"),
		NodeRoleArn:         r.nodes.Arn,
		SubnetIds:           subnets,
		Version:             pulumi.String(b.version),
		AmiType:             pulumi.String(image),
		CapacityType:        pulumi.String(capacity),
		InstanceTypes:       pulumi.ToStringArray(placed.Machine.Types),
		LaunchTemplate: eks.NodeGroupLaunchTemplateArgs{
			Id:      template.ID(),
			Version: template.LatestVersion.ApplyT(strconv.Itoa).(pulumi.StringOutput),
		},
		Labels: pulumi.ToStringMap(labels(name, pool, placed.Machine)),
		Taints: taints(pool),
		ScalingConfig: eks.NodeGroupScalingConfigArgs{
			MinSize: pulumi.Int(*pool.Nodes.Min), DesiredSize: pulumi.Int(*pool.Nodes.Min), MaxSize: pulumi.Int(pool.Most()),
		},
		UpdateConfig:     eks.NodeGroupUpdateConfigArgs{MaxUnavailablePercentage: pulumi.Int(33)},
		NodeRepairConfig: eks.NodeGroupNodeRepairConfigArgs{Enabled: pulumi.Bool(true)},
	}, b.child(opts...)...)
	if err != nil {
		return nil, fmt.Errorf("making the node group: %w", err)
	}
	return group, b.hint(name, pool, group)
}
