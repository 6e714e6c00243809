package gke

import (
	"maps"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/machines"
)

// nodeConfig is what each node of a pool is.
func (b *builder) nodeConfig(name string, k *keys, nodes *nodeAccount) container.NodePoolNodeConfigArgs {
	pool, machine := b.args.Spec.Pools[name], b.placement.Pools[name].Machine
	return container.NodePoolNodeConfigArgs{
		MachineType:       pulumi.String(machine.Types[0]),
		Spot:              pulumi.Bool(pool.Spot),
		GuestAccelerators: accelerators(machine),
		Labels:            pulumi.ToStringMap(nodeLabels(name, pool)),
		Taints:            taints(pool),
		ResourceLabels:    pulumi.ToStringMap(b.labels),

		ImageType:      pulumi.String("COS_CONTAINERD"),
		DiskType:       pulumi.String("pd-balanced"),
		DiskSizeGb:     pulumi.Int(int((new(pool.Disk.Value()).Value() + 1<<30 - 1) >> 30)),
		BootDiskKmsKey: k.disks,
		// A3, the machines of H100, take no other.
		Gvnic: container.NodePoolNodeConfigGvnicArgs{Enabled: pulumi.Bool(true)},

		ServiceAccount: nodes.email,
		OauthScopes:    pulumi.ToStringArray([]string{cloudPlatform}),
		// GKE sets it itself; left out, the provider would unset it.
		Metadata: pulumi.StringMap{"disable-legacy-endpoints": pulumi.String("true")},
		ShieldedInstanceConfig: container.NodePoolNodeConfigShieldedInstanceConfigArgs{
			EnableSecureBoot: pulumi.Bool(true), EnableIntegrityMonitoring: pulumi.Bool(true),
		},
		WorkloadMetadataConfig: container.NodePoolNodeConfigWorkloadMetadataConfigArgs{Mode: pulumi.String("GKE_METADATA")},
	}
}

// accelerators come with the driver that belongs to the GKE version, and with GKE's own device plugin.
func accelerators(machine machines.Choice) container.NodePoolNodeConfigGuestAcceleratorArrayInput {
	if machine.GPU == "" {
		return nil
	}
	return container.NodePoolNodeConfigGuestAcceleratorArray{container.NodePoolNodeConfigGuestAcceleratorArgs{
		Type:  pulumi.String(machines.Accelerator(machine.GPU)),
		Count: pulumi.Int(machine.GPUs),
		GpuDriverInstallationConfig: container.NodePoolNodeConfigGuestAcceleratorGpuDriverInstallationConfigArgs{
			GpuDriverVersion: pulumi.String("DEFAULT"),
		},
	}}
}

func nodeLabels(name string, pool cluster.Pool) map[string]string {
	labels := maps.Clone(pool.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	labels[cluster.PoolLabel] = name
	if pool.Spot {
		labels[cluster.SpotLabel] = "true"
	}
	if pool.GPU != nil {
		labels[cluster.GPULabel] = pool.GPU.Model
	}
	return labels
}

var effects = map[string]string{"NoSchedule": "NO_SCHEDULE", "PreferNoSchedule": "PREFER_NO_SCHEDULE", "NoExecute": "NO_EXECUTE"}

// taints are ours and the spec's. That of GPUs GKE adds itself: named here too, the API refuses it as a second one
// (hashicorp/terraform-provider-google #7928), and left out, it is no difference, as the provider reports drift on the taints
// named here only.
func taints(pool cluster.Pool) container.NodePoolNodeConfigTaintArray {
	all := container.NodePoolNodeConfigTaintArray{}
	add := func(key, value, effect string) {
		all = append(all, container.NodePoolNodeConfigTaintArgs{
			Key: pulumi.String(key), Value: pulumi.String(value), Effect: pulumi.String(effects[effect]),
		})
	}
	if pool.Spot {
		add(cluster.SpotTaint, "true", "NoSchedule")
	}
	for _, taint := range pool.Taints {
		add(taint.Key, taint.Value, taint.Effect)
	}
	return all
}
