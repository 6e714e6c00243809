package workload

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/custom"
)

// recommendation has the Vertical Pod Autoscaler say what the pods should ask for, and leave them as they are.
func (b *builder) recommendation(kind string, opts ...pulumi.ResourceOption) error {
	if b.args.Recommender == nil {
		return nil
	}
	_, err := custom.New(b.ctx, b.name, &custom.Object{
		APIVersion: "autoscaling.k8s.io/v1", Kind: "VerticalPodAutoscaler", Name: b.name, Namespace: b.args.Namespace, Labels: b.labels(),
		Spec: pulumi.Map{
			"targetRef":    pulumi.Map{"apiVersion": pulumi.String("apps/v1"), "kind": pulumi.String(kind), "name": pulumi.String(b.name)},
			"updatePolicy": pulumi.Map{"updateMode": pulumi.String("Off")},
		},
	}, append(opts, b.parent, pulumi.DependsOn(b.args.Recommender))...)
	return err
}
