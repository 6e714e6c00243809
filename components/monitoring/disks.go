package monitoring

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/spec"
)

// volume is what the claims of Prometheus are called, before the name of the StatefulSet that the operator makes (its
// pkg/prometheus/common.go, v0.93.1) and the number of the pod.
const (
	volume      = "metrics"
	statefulSet = "prometheus-" + release + "-prometheus"
)

// disks are made here, and the operator's StatefulSet adopts them by their names: its own cannot grow.
func (b *builder) disks(in pulumi.StringInput) ([]pulumi.Resource, error) {
	var made []pulumi.Resource
	for ordinal := range b.args.Spec.Replicas {
		name := fmt.Sprintf("%s-%s-%d", volume, statefulSet, ordinal)
		claim, err := corev1.NewPersistentVolumeClaim(b.ctx, fmt.Sprintf("%s-%s-%d", b.name, volume, ordinal), &corev1.PersistentVolumeClaimArgs{
			Metadata: metav1.ObjectMetaArgs{
				Name: pulumi.String(name), Namespace: in, Labels: pulumi.StringMap{
					"app.kubernetes.io/name":       pulumi.String(prometheus),
					"app.kubernetes.io/part-of":    pulumi.String("plinth"),
					"app.kubernetes.io/managed-by": pulumi.String("pulumi"),
				},
				// Where a StorageClass binds at the first consumer, which comes after the claim, waiting for it would never end.
				Annotations: pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")},
			},
			Spec: corev1.PersistentVolumeClaimSpecArgs{
				AccessModes: pulumi.ToStringArray([]string{"ReadWriteOnce"}),
				Resources:   corev1.VolumeResourceRequirementsArgs{Requests: pulumi.StringMap{"storage": pulumi.String(b.args.Spec.Storage)}},
			},
		}, b.parent)
		if err != nil {
			return nil, fmt.Errorf("making the claim %s: %w", name, err)
		}
		made = append(made, claim)
	}
	return made, nil
}

// claimTemplate is for claims of that name and size. A later change of it replaces the StatefulSet.
func claimTemplate(name string, size spec.Quantity) pulumi.Map {
	return pulumi.Map{"volumeClaimTemplate": pulumi.Map{
		"metadata": pulumi.Map{"name": pulumi.String(name)},
		"spec": pulumi.Map{
			"accessModes": pulumi.ToStringArray([]string{"ReadWriteOnce"}),
			"resources":   pulumi.Map{"requests": pulumi.Map{"storage": pulumi.String(size)}},
		},
	}}
}
