package eks

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/autoscaling"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

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
