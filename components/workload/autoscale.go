package workload

import (
	"fmt"
	"slices"

	autoscalingv2 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/autoscaling/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	// Down only after five calm minutes, in seconds, and by halves, in percent, each minute, so that a short lull does not cost the next
	// peak its replicas. Up is as fast as Kubernetes does it by default.
	calm, shrink, shrinkEach = 300, 50, 60
)

// autoscaled tells whether an autoscaler owns the number of replicas.
func (b *builder) autoscaled() bool {
	r := b.spec.Replicas
	return b.scaledObject() || r.Max != nil && (r.CPU > 0 || r.Memory > 0)
}

// replicas is nil where an autoscaler owns them: every `up` would reset its work. KEDA does not run on nodes that run nothing.
func (b *builder) replicas() pulumi.IntPtrInput {
	switch {
	case b.scaledObject() && b.args.Simulated:
		return pulumi.Int(b.replicasWithoutKEDA())
	case b.autoscaled():
		return nil
	}
	return pulumi.Int(b.leastReplicas())
}

// leastReplicas is how many there are at any time.
func (b *builder) leastReplicas() int {
	if b.args.Autoscaler != nil {
		return *b.spec.Replicas.Min
	}
	return b.replicasWithoutKEDA()
}

// replicasWithoutKEDA are enough at any time: nothing starts what is at zero, nor adds what a schedule asks for.
func (b *builder) replicasWithoutKEDA() int {
	r := b.spec.Replicas
	least := *r.Min
	if r.Queue != nil {
		least = max(1, least)
	}
	if r.Schedule != nil {
		least = max(r.Schedule.Replicas, least)
	}
	return least
}

// most is how many there can ever be.
func (r Replicas) most() int {
	most := *r.Min
	if r.Max != nil {
		most = max(*r.Max, most)
	}
	if r.Schedule != nil {
		most = max(r.Schedule.Replicas, most)
	}
	return most
}

// target is the average use of a resource above which replicas are added.
type target struct {
	resource string
	percent  int
}

func (r Replicas) targets() []target {
	all := []target{{"cpu", r.CPU}, {"memory", r.Memory}}
	return slices.DeleteFunc(all, func(t target) bool { return t.percent == 0 })
}

func (b *builder) autoscaler(kind string, opts ...pulumi.ResourceOption) error {
	var metrics autoscalingv2.MetricSpecArray
	for _, target := range b.spec.Replicas.targets() {
		metrics = append(metrics, autoscalingv2.MetricSpecArgs{
			Type: pulumi.String("Resource"),
			Resource: autoscalingv2.ResourceMetricSourceArgs{
				Name: pulumi.String(target.resource),
				Target: autoscalingv2.MetricTargetArgs{
					Type: pulumi.String("Utilization"), AverageUtilization: pulumi.Int(target.percent),
				},
			},
		})
	}
	meta := b.meta(b.name)
	// KEDA refuses a ScaledObject beside another autoscaler. This one is gone a moment after it, when a workload gets a queue.
	meta.Annotations = pulumi.StringMap{"validations.keda.sh/hpa-ownership": pulumi.String("false")}
	_, err := autoscalingv2.NewHorizontalPodAutoscaler(b.ctx, b.name, &autoscalingv2.HorizontalPodAutoscalerArgs{
		Metadata: meta,
		Spec: autoscalingv2.HorizontalPodAutoscalerSpecArgs{
			MinReplicas: pulumi.Int(b.leastReplicas()),
			MaxReplicas: pulumi.Int(b.spec.Replicas.most()),
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReferenceArgs{
				ApiVersion: pulumi.String("apps/v1"), Kind: pulumi.String(kind), Name: pulumi.String(b.name),
			},
			Metrics: metrics,
			Behavior: autoscalingv2.HorizontalPodAutoscalerBehaviorArgs{
				ScaleDown: autoscalingv2.HPAScalingRulesArgs{
					StabilizationWindowSeconds: pulumi.Int(calm),
					Policies: autoscalingv2.HPAScalingPolicyArray{autoscalingv2.HPAScalingPolicyArgs{
						Type: pulumi.String("Percent"), Value: pulumi.Int(shrink), PeriodSeconds: pulumi.Int(shrinkEach),
					}},
				},
			},
		},
	}, append(opts, b.parent)...)
	if err != nil {
		return fmt.Errorf("making the HorizontalPodAutoscaler: %w", err)
	}
	return nil
}
