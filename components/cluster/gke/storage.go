package gke

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	storagev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/storage/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newStorageClass makes the default class: disks under the platform's key, in the zone of the pod that first uses them. GKE's
// own class is a default too; Kubernetes takes the newer one (kubernetes.io/docs/concepts/storage/storage-classes).
func (b *builder) newStorageClass(k8s *kubernetes.Provider, k *keys) (*storagev1.StorageClass, error) {
	class, err := storagev1.NewStorageClass(b.ctx, b.name+"-encrypted", &storagev1.StorageClassArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name:        pulumi.String("plinth-encrypted"),
			Annotations: pulumi.StringMap{"storageclass.kubernetes.io/is-default-class": pulumi.String("true")},
		},
		Provisioner: pulumi.String("pd.csi.storage.gke.io"),
		Parameters: pulumi.StringMap{
			"type":                    pulumi.String("pd-balanced"),
			"disk-encryption-kms-key": k.disks,
		},
		AllowVolumeExpansion: pulumi.Bool(true),
		ReclaimPolicy:        pulumi.String("Delete"),
		VolumeBindingMode:    pulumi.String("WaitForFirstConsumer"),
	}, pulumi.Parent(b.self), pulumi.Provider(k8s), pulumi.DependsOn(k.grants))
	if err != nil {
		return nil, fmt.Errorf("making the default StorageClass: %w", err)
	}
	return class, nil
}
