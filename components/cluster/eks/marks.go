package eks

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/machines"
)

// labels are those of the pool and those that every cloud has, with what NVIDIA and the autoscaler look for.
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

// taints are those of the pool and those that keep other pods off spot and GPU nodes, which EKS adds none for.
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
