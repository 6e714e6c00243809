package workload

import (
	"fmt"

	autoscalingv2 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/autoscaling/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// autoscaled tells whether a HorizontalPodAutoscaler owns the number of replicas.
func (b *builder) autoscaled() bool {
	r := b.spec.Replicas
	return r.Max != nil && (r.CPU > 0 || r.Memory > 0)
}

// replicas is nil where an autoscaler owns them: every `up` would reset its work.
func (b *builder) replicas() pulumi.IntPtrInput {
	if b.autoscaled() {
		return nil
	}
	return pulumi.Int(b.leastReplicas())
}

// leastReplicas is at least one for what a queue would scale from zero, as long as nothing does.
func (b *builder) leastReplicas() int {
	if b.spec.Replicas.Queue != nil {
		return max(1, *b.spec.Replicas.Min)
	}
	return *b.spec.Replicas.Min
}

// mostReplicas is how many there can ever be.
func (b *builder) mostReplicas() int {
	if b.spec.Replicas.Max != nil {
		return max(*b.spec.Replicas.Max, b.leastReplicas())
	}
	return b.leastReplicas()
}

func (b *builder) autoscaler(kind string, opts ...pulumi.ResourceOption) error {
	var metrics autoscalingv2.MetricSpecArray
	for _, target := range []struct {
		resource string
		percent  int
	}{{"cpu", b.spec.Replicas.CPU}, {"memory", b.spec.Replicas.Memory}} {
		if target.percent == 0 {
			continue
		}
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
	_, err := autoscalingv2.NewHorizontalPodAutoscaler(b.ctx, b.name, &autoscalingv2.HorizontalPodAutoscalerArgs{
		Metadata: b.meta(b.name),
		Spec: autoscalingv2.HorizontalPodAutoscalerSpecArgs{
			MinReplicas: pulumi.Int(b.leastReplicas()),
			MaxReplicas: pulumi.Int(b.mostReplicas()),
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReferenceArgs{
				ApiVersion: pulumi.String("apps/v1"), Kind: pulumi.String(kind), Name: pulumi.String(b.name),
			},
			Metrics: metrics,
			Behavior: autoscalingv2.HorizontalPodAutoscalerBehaviorArgs{
				// Up as fast as Kubernetes does by default; down only after five calm minutes, and by halves, so that a
				// short lull does not cost the next peak its replicas.
				ScaleDown: autoscalingv2.HPAScalingRulesArgs{
					StabilizationWindowSeconds: pulumi.Int(300),
					Policies: autoscalingv2.HPAScalingPolicyArray{autoscalingv2.HPAScalingPolicyArgs{
						Type: pulumi.String("Percent"), Value: pulumi.Int(50), PeriodSeconds: pulumi.Int(60),
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
