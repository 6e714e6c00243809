package simulate

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	provision "sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

const (
	storageClass = "standard"
	provisioned  = "plinth.dev/local" // by whom
	driver       = "local.plinth.dev" // a CSI driver's name must be a DNS name
)

// ensureStorageClass makes the default class, unless it is there: whoever changed or replaced it meant to.
func ensureStorageClass(ctx context.Context, client kubernetes.Interface) error {
	reclaim, binding, grow := corev1.PersistentVolumeReclaimDelete, storagev1.VolumeBindingWaitForFirstConsumer, true
	_, err := client.StorageV1().StorageClasses().Create(ctx, &storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{
			Name:        storageClass,
			Annotations: map[string]string{"storageclass.kubernetes.io/is-default-class": "true"},
		},
		Provisioner:          provisioned,
		ReclaimPolicy:        &reclaim,
		VolumeBindingMode:    &binding,
		AllowVolumeExpansion: &grow,
	}, metav1.CreateOptions{})
	if err != nil && !errors.IsAlreadyExists(err) {
		return fmt.Errorf("storage class %s: %w", storageClass, err)
	}
	return nil
}

// newProvisioner returns what makes a volume for each claim of ours, and deletes it with the claim. It must be made before any
// controller runs: the library writes to client-go's global scheme, which running controllers read.
func newProvisioner(ctx context.Context, client kubernetes.Interface) manager.Runnable {
	c := provision.NewProvisionController(ctx, client, provisioned, provisioner{},
		provision.LeaderElection(false), provision.MetricsPort(0))
	return manager.RunnableFunc(func(ctx context.Context) error {
		c.Run(ctx)
		return nil
	})
}

type provisioner struct{}

// Provision gives whatever is asked, in any access mode: no bytes are stored, so any node can reach them.
func (provisioner) Provision(_ context.Context, o provision.ProvisionOptions) (*corev1.PersistentVolume, provision.ProvisioningState, error) {
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: o.PVName},
		Spec: corev1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *o.StorageClass.ReclaimPolicy,
			AccessModes:                   o.PVC.Spec.AccessModes,
			VolumeMode:                    o.PVC.Spec.VolumeMode,
			MountOptions:                  o.StorageClass.MountOptions,
			Capacity:                      corev1.ResourceList{corev1.ResourceStorage: o.PVC.Spec.Resources.Requests[corev1.ResourceStorage]},
			PersistentVolumeSource:        corev1.PersistentVolumeSource{CSI: &corev1.CSIPersistentVolumeSource{Driver: driver, VolumeHandle: o.PVName}},
		},
	}, provision.ProvisioningFinished, nil
}

// SupportsBlock lets claims of raw devices be provisioned too.
func (provisioner) SupportsBlock(context.Context) bool { return true }

// Delete has nothing to delete: the volume object was all there was.
func (provisioner) Delete(context.Context, *corev1.PersistentVolume) error { return nil }
