package rehearsal

import (
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/local/kube"
	"github.com/plinth-iac/plinth/stacks/config"
)

// region stands for the cloud's, which means nothing on a laptop; its zones are local-a, local-b and so on.
const region = "local"

// Nodes returns the nodes of every pool of a complete config, each pool at its largest, spread over
// the cluster's zones in turn. A node offers what the cloud's would leave to pods.
func Nodes(cfg *config.Config) []kube.Node {
	var nodes []kube.Node
	for _, name := range slices.Sorted(maps.Keys(cfg.Cluster.Pools)) {
		pool := cfg.Cluster.Pools[name]
		for i := range pool.Most() {
			n := shape(name, pool)
			n.Name = nodeName(name, i)
			n.Zone = fmt.Sprintf("%s-%c", region, 'a'+i%max(1, cfg.Cluster.Zones))
			nodes = append(nodes, n)
		}
	}
	return nodes
}

func nodeName(pool string, i int) string { return fmt.Sprintf("%s-%d", pool, i) }

// shape is what all nodes of a pool have in common.
func shape(name string, pool cluster.Pool) kube.Node {
	cpu, memory := pool.Allocatable()
	n := kube.Node{
		Pool: name, Region: region,
		Labels: maps.Clone(pool.Labels),
		Capacity: corev1.ResourceList{
			corev1.ResourceCPU: cpu, corev1.ResourceMemory: memory,
			corev1.ResourceEphemeralStorage: writable(pool),
		},
	}
	if n.Labels == nil {
		n.Labels = map[string]string{}
	}
	n.Labels[cluster.PoolLabel] = name
	n.Labels[corev1.LabelInstanceTypeStable] = fmt.Sprintf("%dcpu-%s", pool.CPU, pool.Memory)
	for _, t := range pool.Taints {
		effect := corev1.TaintEffect(t.Effect)
		if effect == "" {
			effect = corev1.TaintEffectNoSchedule
		}
		n.Taints = append(n.Taints, corev1.Taint{Key: t.Key, Value: t.Value, Effect: effect})
	}
	if pool.Spot {
		n.Labels[cluster.SpotLabel] = "true"
		n.Taints = append(n.Taints, corev1.Taint{Key: cluster.SpotTaint, Value: "true", Effect: corev1.TaintEffectNoSchedule})
	}
	if pool.GPU != nil {
		n.Labels[cluster.GPULabel] = pool.GPU.Model
		n.Taints = append(n.Taints, corev1.Taint{Key: cluster.GPUTaint, Value: "present", Effect: corev1.TaintEffectNoSchedule})
		n.Capacity[cluster.GPUResource] = *resource.NewQuantity(int64(max(1, pool.GPU.Count)), resource.DecimalSI)
	}
	return n
}

// writable is what a node's pods may write to their own layers: its disk less the tenth at which the kubelet begins to evict
// (its default of nodefs.available).
func writable(pool cluster.Pool) resource.Quantity {
	return *resource.NewQuantity(new(pool.Disk.Value()).Value()*9/10, resource.BinarySI)
}
