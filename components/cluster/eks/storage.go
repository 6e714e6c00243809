package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	storagev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/storage/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// newStorageClass makes the default class: gp3 volumes under the data key.
func (b *builder) newStorageClass(k8s *kubernetes.Provider, k *keys) (*storagev1.StorageClass, error) {
	class, err := storagev1.NewStorageClass(b.ctx, b.name+"-encrypted", cluster.StorageClass("ebs.csi.aws.com", pulumi.StringMap{
		"type": pulumi.String("gp3"), "encrypted": pulumi.String("true"), "kmsKeyId": k.data.Arn,
		"csi.storage.k8s.io/fstype": pulumi.String("ext4"),
	}), pulumi.Parent(b.self), pulumi.Provider(k8s))
	if err != nil {
		return nil, fmt.Errorf("making the default StorageClass: %w", err)
	}
	return class, nil
}
