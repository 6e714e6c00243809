package workload

import (
	"fmt"
	"time"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// minReady is how many seconds a new replica must stay ready before the rollout goes on: one that dies of its first
// requests then stops it.
const minReady = 5

// service makes a program that runs for ever, and all that belongs to it.
func (b *builder) service(pod corev1.PodSpecArgs, opts ...pulumi.ResourceOption) error {
	if len(b.spec.Ports) > 0 {
		if err := b.newService(); err != nil {
			return err
		}
	}
	if err := b.disruptionBudget(); err != nil {
		return err
	}
	shared, err := b.claims(b.spec.volumes(true))
	if err != nil {
		return err
	}
	pod = mounting(pod, shared)

	timeout := b.rolloutTimeout().String()
	opts = append(opts, b.parent, pulumi.Timeouts(&pulumi.CustomTimeouts{Create: timeout, Update: timeout}))
	var controller pulumi.Resource
	kind := "Deployment"
	if b.spec.HasOwnVolumes() {
		kind = "StatefulSet"
		controller, err = b.statefulSet(pod, opts)
	} else {
		controller, err = b.deployment(pod, opts)
	}
	if err != nil {
		return err
	}
	after := pulumi.DependsOn([]pulumi.Resource{controller})
	if err := b.recommendation(kind, after); err != nil {
		return err
	}
	switch {
	case b.scaledObject():
		return b.newScaledObject(kind, after)
	case b.autoscaled():
		return b.autoscaler(kind, after)
	}
	return nil
}

func (b *builder) deployment(pod corev1.PodSpecArgs, opts []pulumi.ResourceOption) (pulumi.Resource, error) {
	pod.TopologySpreadConstraints = b.spread("pod-template-hash")
	deployment, err := appsv1.NewDeployment(b.ctx, b.name, &appsv1.DeploymentArgs{
		Metadata: b.rollingMeta(),
		Spec: appsv1.DeploymentSpecArgs{
			Replicas:        b.replicas(),
			Selector:        metav1.LabelSelectorArgs{MatchLabels: b.selector()},
			MinReadySeconds: pulumi.Int(minReady),
			// Before the engine's own timeout, so that what fails is the rollout, with its reason.
			ProgressDeadlineSeconds: pulumi.Int(int((b.rolloutTimeout() - time.Minute).Seconds())),
			RevisionHistoryLimit:    pulumi.Int(3),
			Strategy: appsv1.DeploymentStrategyArgs{
				Type: pulumi.String("RollingUpdate"),
				RollingUpdate: appsv1.RollingUpdateDeploymentArgs{
					MaxUnavailable: pulumi.Int(0), MaxSurge: pulumi.String("25%"),
				},
			},
			Template: b.template(pod),
		},
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("making the Deployment: %w", err)
	}
	return deployment, nil
}

// rollingMeta tells which Secrets roll the workload when they change.
func (b *builder) rollingMeta() *metav1.ObjectMetaArgs {
	meta := b.meta(b.name)
	if names := b.secretNames(); b.args.RollOn != "" && len(names) > 0 {
		meta.Annotations = pulumi.StringMap{b.args.RollOn: joined(names)}
	}
	return meta
}

// rolloutTimeout is how long a rollout may take.
func (b *builder) rolloutTimeout() time.Duration {
	if b.spec.GPU > 0 {
		return 20 * time.Minute
	}
	return 10 * time.Minute
}

// disruptionBudget lets one replica at a time be evicted: the only one too, since a drain must come to an end, and any that
// is not ready, which nobody would miss.
func (b *builder) disruptionBudget() error {
	_, err := policyv1.NewPodDisruptionBudget(b.ctx, b.name, &policyv1.PodDisruptionBudgetArgs{
		Metadata: b.meta(b.name),
		Spec: policyv1.PodDisruptionBudgetSpecArgs{
			MaxUnavailable:             pulumi.Int(1),
			UnhealthyPodEvictionPolicy: pulumi.String("AlwaysAllow"),
			Selector:                   metav1.LabelSelectorArgs{MatchLabels: b.selector()},
		},
	}, b.parent)
	if err != nil {
		return fmt.Errorf("making the PodDisruptionBudget: %w", err)
	}
	return nil
}
