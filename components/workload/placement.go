package workload

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// affinity prefers spot nodes where the workload may run there, and demands GPU nodes where it needs one.
func (b *builder) affinity() corev1.AffinityPtrInput {
	if !b.spec.Spot && b.spec.GPU == 0 {
		return nil
	}
	nodes := corev1.NodeAffinityArgs{}
	if b.spec.Spot {
		nodes.PreferredDuringSchedulingIgnoredDuringExecution = corev1.PreferredSchedulingTermArray{
			corev1.PreferredSchedulingTermArgs{Weight: pulumi.Int(100), Preference: nodesWith(cluster.SpotLabel, "In", "true")},
		}
	}
	if b.spec.GPU > 0 {
		nodes.RequiredDuringSchedulingIgnoredDuringExecution = corev1.NodeSelectorArgs{
			NodeSelectorTerms: corev1.NodeSelectorTermArray{nodesWith(cluster.GPULabel, "Exists")},
		}
	}
	return corev1.AffinityArgs{NodeAffinity: nodes}
}

func nodesWith(label, operator string, values ...string) corev1.NodeSelectorTermArgs {
	return corev1.NodeSelectorTermArgs{MatchExpressions: corev1.NodeSelectorRequirementArray{corev1.NodeSelectorRequirementArgs{
		Key: pulumi.String(label), Operator: pulumi.String(operator), Values: list(values),
	}}}
}

func (b *builder) nodeSelector() pulumi.StringMapInput {
	if b.spec.Pool == "" {
		return nil
	}
	return pulumi.StringMap{cluster.PoolLabel: pulumi.String(b.spec.Pool)}
}

// tolerations let the workload on to the nodes that it asked for, and no others.
func (b *builder) tolerations() corev1.TolerationArray {
	var tolerations corev1.TolerationArray
	if b.spec.Spot {
		tolerations = append(tolerations, corev1.TolerationArgs{
			Key: pulumi.String(cluster.SpotTaint), Operator: pulumi.String("Equal"),
			Value: pulumi.String("true"), Effect: pulumi.String("NoSchedule"),
		})
	}
	if b.spec.GPU > 0 {
		tolerations = append(tolerations, corev1.TolerationArgs{
			Key: pulumi.String(cluster.GPUTaint), Operator: pulumi.String("Exists"), Effect: pulumi.String("NoSchedule"),
		})
	}
	return tolerations
}

// spread keeps one zone or one node from taking the workload down. It is a preference: a zone without room must not stop a
// rollout. revision is the label that tells a new template's pods from the old ones', which are about to go.
func (b *builder) spread(revision string) corev1.TopologySpreadConstraintArray {
	var constraints corev1.TopologySpreadConstraintArray
	for _, key := range []string{"topology.kubernetes.io/zone", "kubernetes.io/hostname"} {
		constraints = append(constraints, corev1.TopologySpreadConstraintArgs{
			MaxSkew:           pulumi.Int(1),
			TopologyKey:       pulumi.String(key),
			WhenUnsatisfiable: pulumi.String("ScheduleAnyway"),
			LabelSelector:     metav1.LabelSelectorArgs{MatchLabels: b.selector()},
			MatchLabelKeys:    pulumi.ToStringArray([]string{revision}),
		})
	}
	return constraints
}
