package eks

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/autoscaling"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/machines"
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

// newTemplate says how the pool's machines start. Their types, security group and image are the node group's.
func (b *builder) newTemplate(name string, pool cluster.Pool) (*ec2.LaunchTemplate, error) {
	tags := pulumi.ToStringMap(b.args.Tags) // default tags do not reach what the template makes
	tags["Name"] = pulumi.String(b.eksName + "-" + name)
	var tagged ec2.LaunchTemplateTagSpecificationArray
	for _, kind := range []string{"instance", "volume", "network-interface"} {
		tagged = append(tagged, ec2.LaunchTemplateTagSpecificationArgs{ResourceType: pulumi.String(kind), Tags: tags})
	}
	template, err := ec2.NewLaunchTemplate(b.ctx, b.name+"-"+name, &ec2.LaunchTemplateArgs{
		UpdateDefaultVersion: pulumi.Bool(true),
		// Two hops would let pods take the node's role.
		MetadataOptions: ec2.LaunchTemplateMetadataOptionsArgs{
			HttpEndpoint: pulumi.String("enabled"), HttpTokens: pulumi.String("required"), HttpPutResponseHopLimit: pulumi.Int(1),
		},
		BlockDeviceMappings: ec2.LaunchTemplateBlockDeviceMappingArray{ec2.LaunchTemplateBlockDeviceMappingArgs{
			DeviceName: pulumi.String("/dev/xvda"),
			Ebs: ec2.LaunchTemplateBlockDeviceMappingEbsArgs{
				// Under aws' own key: the autoscaling service has no right to the customer's.
				Encrypted: pulumi.String("true"), VolumeType: pulumi.String("gp3"), VolumeSize: pulumi.Int(gibibytes(pool)),
				DeleteOnTermination: pulumi.String("true"),
			},
		}},
		UserData:          pulumi.String(base64.StdEncoding.EncodeToString([]byte(nodeConfig))),
		TagSpecifications: tagged,
	}, b.child()...)
	if err != nil {
		return nil, fmt.Errorf("making the launch template: %w", err)
	}
	return template, nil
}

// nodeConfig has nodes take as many pods as on the other clouds; EKS adds the rest of what nodes of AL2023 must know.
var nodeConfig = strings.Join([]string{
	"MIME-Version: 1.0",
	`Content-Type: multipart/mixed; boundary="//"`,
	"",
	"--//",
	"Content-Type: application/node.eks.aws",
	"",
	"apiVersion: node.eks.aws/v1alpha1",
	"kind: NodeConfig",
	"spec:",
	"  kubelet:",
	"    config:",
	fmt.Sprintf("      maxPods: %d", machines.MaxPods),
	"",
	"--//--",
	"",
}, "\n")

// gibibytes of the pool's disk, rounded up.
func gibibytes(pool cluster.Pool) int {
	disk := pool.Disk.Value()
	return int((disk.Value() + 1<<30 - 1) >> 30)
}

func labels(name string, pool cluster.Pool, machine machines.Choice) map[string]string {
	all := maps.Clone(pool.Labels)
	if all == nil {
		all = map[string]string{}
	}
	all[cluster.PoolLabel] = name
	if pool.Spot {
		all[cluster.SpotLabel] = "true"
	}
	if pool.GPU != nil {
		all[cluster.GPULabel] = pool.GPU.Model
		all["nvidia.com/gpu.present"] = "true"                  // what NVIDIA's device plugin looks for
		all["k8s.amazonaws.com/accelerator"] = machine.Types[0] // keeps the autoscaler from taking a node without its plugin for one without GPUs
	}
	return all
}

// effects are EKS' names of Kubernetes' taint effects.
var effects = map[string]string{"NoSchedule": "NO_SCHEDULE", "PreferNoSchedule": "PREFER_NO_SCHEDULE", "NoExecute": "NO_EXECUTE"}

func taints(pool cluster.Pool) eks.NodeGroupTaintArray {
	all := slices.Clone(pool.Taints)
	if pool.Spot {
		all = append(all, cluster.Taint{Key: cluster.SpotTaint, Value: "true", Effect: "NoSchedule"})
	}
	if pool.GPU != nil {
		all = append(all, cluster.Taint{Key: cluster.GPUTaint, Value: "present", Effect: "NoSchedule"})
	}
	var array eks.NodeGroupTaintArray
	for _, t := range all {
		taint := eks.NodeGroupTaintArgs{Key: pulumi.String(t.Key), Effect: pulumi.String(effects[t.Effect])}
		if t.Value != "" {
			taint.Value = pulumi.String(t.Value)
		}
		array = append(array, taint)
	}
	return array
}

// hint tells the autoscaler what a node of an empty pool will have; labels and taints it reads from EKS.
func (b *builder) hint(name string, pool cluster.Pool, group *eks.NodeGroup) error {
	if pool.Nodes.Max == nil {
		return nil
	}
	resources := map[string]string{"ephemeral-storage": fmt.Sprintf("%dGi", gibibytes(pool))}
	if pool.GPU != nil {
		resources[cluster.GPUResource] = strconv.Itoa(pool.GPU.Count)
	}
	scaling := group.Resources.Index(pulumi.Int(0)).AutoscalingGroups().Index(pulumi.Int(0)).Name().Elem()
	for _, resource := range slices.Sorted(maps.Keys(resources)) {
		_, err := autoscaling.NewTag(b.ctx, b.name+"-"+name+"-"+resource, &autoscaling.TagArgs{
			AutoscalingGroupName: scaling,
			Tag: autoscaling.TagTagArgs{
				Key: pulumi.String("k8s.io/cluster-autoscaler/node-template/resources/" + resource), Value: pulumi.String(resources[resource]),
				PropagateAtLaunch: pulumi.Bool(false),
			},
		}, b.child()...)
		if err != nil {
			return fmt.Errorf("telling the autoscaler of %s: %w", resource, err)
		}
	}
	return nil
}
