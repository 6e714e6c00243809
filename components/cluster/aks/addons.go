package aks

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	helm "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm/v3"
	storagev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/storage/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/cluster"
)

// addOns installs what AKS does not bring. They wait for the system pool, which takes longer than any of them, so that nothing waits
// for them in turn; and they go before it.
func (b *builder) addOns(k8s *kubernetes.Provider, system pulumi.Resource, keys *encryption) ([]pulumi.Resource, error) {
	opts := []pulumi.ResourceOption{pulumi.Parent(b.parent), pulumi.Provider(k8s), pulumi.DependsOn([]pulumi.Resource{system})}
	class, err := storageClass(b.ctx, b.name+"-encrypted", keys.disks, opts...)
	if err != nil {
		return nil, err
	}
	installed := []pulumi.Resource{class}
	for _, pool := range b.args.Spec.Pools {
		if pool.GPU != nil {
			plugin, err := devicePlugin(b.ctx, b.name+"-nvidia-device-plugin", b.args.Charts, opts...)
			return append(installed, plugin), err
		}
	}
	return installed, nil
}

// devicePlugin offers the GPUs of a node to its pods. AKS brings the driver and not this. It runs on GPU nodes alone, whatever else
// keeps pods off them.
func devicePlugin(ctx *pulumi.Context, name, mirror string, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	args := charts.NVIDIADevicePlugin.Release(mirror)
	args.Namespace = pulumi.String("kube-system")
	args.Values = pulumi.Map{
		"nodeSelector": pulumi.Map{"nvidia.com/gpu.present": pulumi.String("true")},
		"tolerations":  pulumi.Array{pulumi.Map{"operator": pulumi.String("Exists")}},
	}
	release, err := helm.NewRelease(ctx, name, args, opts...)
	if err != nil {
		return nil, fmt.Errorf("installing NVIDIA's device plugin: %w", err)
	}
	return release, nil
}

// storageClass makes the default class of volumes: managed disks under the customer's own key.
func storageClass(ctx *pulumi.Context, name string, disks pulumi.StringInput, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	class, err := storagev1.NewStorageClass(ctx, name, cluster.StorageClass("disk.csi.azure.com", pulumi.StringMap{
		"skuName": pulumi.String("Premium_LRS"), "diskEncryptionSetID": disks,
	}), opts...)
	if err != nil {
		return nil, fmt.Errorf("making the default storage class: %w", err)
	}
	return class, nil
}
