package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	storagev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/storage/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newStorageClass makes the default class: gp3 volumes under the data key, in the zone of the pod that first uses them.
func (b *builder) newStorageClass(k8s *kubernetes.Provider, k *keys) (*storagev1.StorageClass, error) {
	class, err := storagev1.NewStorageClass(b.ctx, b.name+"-encrypted", &storagev1.StorageClassArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name:        pulumi.String("plinth-encrypted"),
			Annotations: pulumi.StringMap{"storageclass.kubernetes.io/is-default-class": pulumi.String("true")},
		},
		Provisioner:          pulumi.String("ebs.csi.aws.com"),
		VolumeBindingMode:    pulumi.String("WaitForFirstConsumer"),
		AllowVolumeExpansion: pulumi.Bool(true),
		ReclaimPolicy:        pulumi.String("Delete"),
		Parameters: pulumi.StringMap{
			"type": pulumi.String("gp3"), "encrypted": pulumi.String("true"), "kmsKeyId": k.data.Arn,
			"csi.storage.k8s.io/fstype": pulumi.String("ext4"),
		},
	}, pulumi.Parent(b.self), pulumi.Provider(k8s))
	if err != nil {
		return nil, fmt.Errorf("making the default StorageClass: %w", err)
	}
	return class, nil
}
