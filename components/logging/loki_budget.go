package logging

import (
	"fmt"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// budget lets one Loki at a time be drained from its node; the chart makes none that its values tell of.
func (b *builder) budget() error {
	app := pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(lokiApp)}
	_, err := policyv1.NewPodDisruptionBudget(b.ctx, b.name+"-loki", &policyv1.PodDisruptionBudgetArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(lokiApp), Namespace: b.store, Labels: app},
		Spec: policyv1.PodDisruptionBudgetSpecArgs{
			MaxUnavailable: pulumi.Int(1), UnhealthyPodEvictionPolicy: pulumi.String("AlwaysAllow"),
			Selector: metav1.LabelSelectorArgs{MatchLabels: app},
		},
	}, b.parent)
	if err != nil {
		return fmt.Errorf("making the PodDisruptionBudget %s: %w", lokiApp, err)
	}
	return nil
}
