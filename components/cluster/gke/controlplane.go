package gke

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// podsPerNode matches the /24 that components/cluster/ranges plans for each node.
const podsPerNode = 110

func (b *builder) newControlPlane(net *network, k *keys, nodes *nodeAccount) (*container.Cluster, error) {
	oneMinorAtATime, err := cluster.StepByStep(b.ctx, b.name, "minMasterVersion")
	if err != nil {
		return nil, err
	}
	plane, err := container.NewCluster(b.ctx, b.name+"-gke", &container.ClusterArgs{
		Project:            pulumi.String(b.project),
		Location:           pulumi.String(b.args.Region),
		NodeLocations:      pulumi.ToStringArray(b.placement.Zones),
		ResourceLabels:     pulumi.ToStringMap(b.labels),
		DeletionProtection: pulumi.Bool(b.args.Protect),

		// A minor version stands for its newest patch in the channel. GKE goes on from there by itself, control plane before
		// pools, and never back.
		MinMasterVersion:  pulumi.String(b.args.Spec.Version),
		ReleaseChannel:    container.ClusterReleaseChannelArgs{Channel: pulumi.String("REGULAR")},
		MaintenancePolicy: weekends,

		Network:                   net.id,
		Subnetwork:                net.subnet,
		NetworkingMode:            pulumi.String("VPC_NATIVE"),
		DatapathProvider:          pulumi.String("ADVANCED_DATAPATH"),
		EnableIntranodeVisibility: pulumi.Bool(true),
		DefaultMaxPodsPerNode:     pulumi.Int(podsPerNode),
		IpAllocationPolicy: container.ClusterIpAllocationPolicyArgs{
			ClusterSecondaryRangeName: net.podRange, ServicesSecondaryRangeName: net.serviceRange,
		},
		// Dataplane V2 enforces network policies itself; this is Calico's switch.
		NetworkPolicy:                  container.ClusterNetworkPolicyArgs{Enabled: pulumi.Bool(false)},
		PrivateClusterConfig:           b.privateAccess(),
		MasterAuthorizedNetworksConfig: b.authorizedNetworks(),

		MasterAuth: container.ClusterMasterAuthArgs{
			ClientCertificateConfig: container.ClusterMasterAuthClientCertificateConfigArgs{IssueClientCertificate: pulumi.Bool(false)},
		},
		EnableLegacyAbac:          pulumi.Bool(false),
		AuthenticatorGroupsConfig: b.groups(),
		WorkloadIdentityConfig:    container.ClusterWorkloadIdentityConfigArgs{WorkloadPool: pulumi.String(b.project + ".svc.id.goog")},
		DatabaseEncryption:        container.ClusterDatabaseEncryptionArgs{State: pulumi.String("ENCRYPTED"), KeyName: k.secrets},
		EnableShieldedNodes:       pulumi.Bool(true),
		// The policy itself belongs to the project, not to one cluster in it.
		BinaryAuthorization:   container.ClusterBinaryAuthorizationArgs{EvaluationMode: pulumi.String("PROJECT_SINGLETON_POLICY_ENFORCE")},
		SecurityPostureConfig: container.ClusterSecurityPostureConfigArgs{Mode: pulumi.String("BASIC")},

		LoggingConfig: container.ClusterLoggingConfigArgs{EnableComponents: pulumi.ToStringArray([]string{"SYSTEM_COMPONENTS", "WORKLOADS"})},
		MonitoringConfig: container.ClusterMonitoringConfigArgs{
			EnableComponents: pulumi.ToStringArray([]string{"SYSTEM_COMPONENTS"}),
			// The platform brings its own Prometheus.
			ManagedPrometheus: container.ClusterMonitoringConfigManagedPrometheusArgs{Enabled: pulumi.Bool(false)},
		},
		AddonsConfig: container.ClusterAddonsConfigArgs{
			GcePersistentDiskCsiDriverConfig: container.ClusterAddonsConfigGcePersistentDiskCsiDriverConfigArgs{Enabled: pulumi.Bool(true)},
			HttpLoadBalancing:                container.ClusterAddonsConfigHttpLoadBalancingArgs{Disabled: pulumi.Bool(false)},
			HorizontalPodAutoscaling:         container.ClusterAddonsConfigHorizontalPodAutoscalingArgs{Disabled: pulumi.Bool(false)},
		},
		// The platform brings the Gateway API in one version for all clouds.
		GatewayApiConfig: container.ClusterGatewayApiConfigArgs{Channel: pulumi.String("CHANNEL_DISABLED")},

		RemoveDefaultNodePool: pulumi.Bool(true),
		InitialNodeCount:      pulumi.Int(1),
		NodeConfig:            temporaryNodes(k, nodes),
	}, b.kept(
		oneMinorAtATime,
		pulumi.DependsOn(k.grants),
		// They describe the default pool, which is gone once the cluster is made. Later GKE shows another pool's in their place,
		// and a difference would replace the cluster.
		pulumi.IgnoreChanges([]string{"nodeConfig", "initialNodeCount"}),
	)...)
	if err != nil {
		return nil, fmt.Errorf("making the control plane: %w", err)
	}
	return plane, nil
}

// weekends are enough for GKE, which asks for 48 hours in any 32 days: at least eight of these days of eight hours each.
var weekends = container.ClusterMaintenancePolicyArgs{
	RecurringWindow: container.ClusterMaintenancePolicyRecurringWindowArgs{
		StartTime:  pulumi.String("2026-01-03T00:00:00Z"),
		EndTime:    pulumi.String("2026-01-03T08:00:00Z"),
		Recurrence: pulumi.String("FREQ=WEEKLY;BYDAY=SA,SU"),
	},
}

// temporaryNodes are those of the default pool, which lives for a minute, as hardened as all others, so that an
// organization's policies let it be.
func temporaryNodes(k *keys, nodes *nodeAccount) container.ClusterNodeConfigArgs {
	return container.ClusterNodeConfigArgs{
		ServiceAccount: nodes.email,
		OauthScopes:    pulumi.ToStringArray([]string{cloudPlatform}),
		ImageType:      pulumi.String("COS_CONTAINERD"),
		BootDiskKmsKey: k.disks,
		DiskSizeGb:     pulumi.Int(20),
		ShieldedInstanceConfig: container.ClusterNodeConfigShieldedInstanceConfigArgs{
			EnableSecureBoot: pulumi.Bool(true), EnableIntegrityMonitoring: pulumi.Bool(true),
		},
		WorkloadMetadataConfig: container.ClusterNodeConfigWorkloadMetadataConfigArgs{Mode: pulumi.String("GKE_METADATA")},
	}
}
