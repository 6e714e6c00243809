package gke

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	storagev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/storage/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// newStorageClass makes the default class: disks under the platform's key.
func (b *builder) newStorageClass(k8s *kubernetes.Provider, k *keys) (*storagev1.StorageClass, error) {
	class, err := storagev1.NewStorageClass(b.ctx, b.name+"-encrypted", cluster.StorageClass("pd.csi.storage.gke.io", pulumi.StringMap{
		"type": pulumi.String("pd-balanced"), "disk-encryption-kms-key": k.disks,
	}), pulumi.Parent(b.self), pulumi.Provider(k8s), pulumi.DependsOn(k.grants))
	if err != nil {
		return nil, fmt.Errorf("making the default StorageClass: %w", err)
	}
	return class, nil
}
