package cluster

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	storagev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/storage/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// StorageClass describes the default class of a cluster that Plinth makes, plinth-encrypted: its volumes are made in the zone of the pod
// that first uses them, can grow, and go with their claims. parameters are the provisioner's own, encryption among them.
//
// Where a cloud has a default class of its own, Kubernetes takes the newer one
// (kubernetes.io/docs/concepts/storage/storage-classes).
func StorageClass(provisioner string, parameters pulumi.StringMap) *storagev1.StorageClassArgs {
	return &storagev1.StorageClassArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name:        pulumi.String("plinth-encrypted"),
			Annotations: pulumi.StringMap{"storageclass.kubernetes.io/is-default-class": pulumi.String("true")},
		},
		Provisioner:          pulumi.String(provisioner),
		Parameters:           parameters,
		VolumeBindingMode:    pulumi.String("WaitForFirstConsumer"),
		AllowVolumeExpansion: pulumi.Bool(true),
		ReclaimPolicy:        pulumi.String("Delete"),
	}
}
