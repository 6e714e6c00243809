package aks

import (
	"fmt"

	containerservice "github.com/pulumi/pulumi-azure-native-sdk/containerservice/v2/v20240901"
	"github.com/pulumi/pulumi-azure-native-sdk/managedidentity/v2"
	"github.com/pulumi/pulumi-azure-native-sdk/operationalinsights/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/versions"
)

// controlPlane makes the cluster itself with its one inline pool.
//
// It is of API 2024-09-01: the default one of azure-native lacks node OS upgrades and maintenance windows.
func (b *builder) controlPlane(
	identity *managedidentity.UserAssignedIdentity, net *subnetwork, keys *encryption, workspace *operationalinsights.Workspace,
) (*containerservice.ManagedCluster, error) {
	join, err := b.assign(b.name+"-joins-subnet", networkContributor, net.subnet, identity.PrincipalId, b.children()...)
	if err != nil {
		return nil, err
	}
	bootstrap, err := b.bootstrapPool(net)
	if err != nil {
		return nil, err
	}
	oneMinorAtATime, err := cluster.StepByStep(b.ctx, b.name, "kubernetesVersion")
	if err != nil {
		return nil, err
	}
	plane, err := containerservice.NewManagedCluster(b.ctx, b.name, &containerservice.ManagedClusterArgs{
		ResourceGroupName: b.group.Name, Location: pulumi.String(b.args.Region), Tags: b.tags, DnsPrefix: pulumi.String(b.name),
		NodeResourceGroup: pulumi.Sprintf("%s-nodes", b.group.Name),
		Sku:               containerservice.ManagedClusterSKUArgs{Name: pulumi.String("Base"), Tier: pulumi.String("Standard")},
		Identity: containerservice.ManagedClusterIdentityArgs{
			Type: containerservice.ResourceIdentityTypeUserAssigned, UserAssignedIdentities: pulumi.StringArray{identity.ID().ToStringOutput()},
		},
		// Only the minor version is said. The upgrade channel `patch` moves within it, so that it never shows as a change and the
		// version can be left out of ignoreChanges: raising it is how a cluster is upgraded. AKS then upgrades the control plane, and
		// after it the pools one by one; with an upgrade channel it upgrades no control plane alone.
		KubernetesVersion: pulumi.String(b.version()),
		AutoUpgradeProfile: containerservice.ManagedClusterAutoUpgradeProfileArgs{
			UpgradeChannel: pulumi.String("patch"), NodeOSUpgradeChannel: pulumi.String("NodeImage"),
		},
		ApiServerAccessProfile: b.apiServer(net),
		DisableLocalAccounts:   pulumi.Bool(true),
		EnableRBAC:             pulumi.Bool(true),
		AadProfile: containerservice.ManagedClusterAADProfileArgs{
			Managed: pulumi.Bool(true), EnableAzureRBAC: pulumi.Bool(true), AdminGroupObjectIDs: pulumi.ToStringArray(b.args.Admins),
		},
		NetworkProfile:           b.networkProfile(),
		AgentPoolProfiles:        containerservice.ManagedClusterAgentPoolProfileArray{bootstrap},
		AddonProfiles:            azureAddOns(workspace.ID().ToStringOutput()),
		OidcIssuerProfile:        containerservice.ManagedClusterOIDCIssuerProfileArgs{Enabled: pulumi.Bool(true)},
		SecurityProfile:          securityProfile(keys.key, workspace.ID().ToStringOutput()),
		DiskEncryptionSetID:      keys.disks,
		NodeResourceGroupProfile: containerservice.ManagedClusterNodeResourceGroupProfileArgs{RestrictionLevel: pulumi.String("ReadOnly")},
	}, b.children(
		pulumi.Protect(b.args.Protect), oneMinorAtATime,
		pulumi.DependsOn(append([]pulumi.Resource{join}, keys.access...)),
		// AKS takes changes of pools through AgentPools alone once those exist (pulumi-azure-native#2719, #4264).
		pulumi.IgnoreChanges([]string{"agentPoolProfiles"}),
	)...)
	if err != nil {
		return nil, fmt.Errorf("making the control plane: %w", err)
	}
	return plane, nil
}

// version of Kubernetes that the cluster runs.
func (b *builder) version() string {
	if b.args.Spec.Version == "" {
		return versions.Default
	}
	return b.args.Spec.Version
}

// apiServer is private where no range is named. The nodes themselves come to a public one from the NAT gateway's address.
func (b *builder) apiServer(net *subnetwork) containerservice.ManagedClusterAPIServerAccessProfileArgs {
	if len(b.args.Spec.API.Allow) == 0 {
		return containerservice.ManagedClusterAPIServerAccessProfileArgs{
			EnablePrivateCluster: pulumi.Bool(true), EnablePrivateClusterPublicFQDN: pulumi.Bool(false), DisableRunCommand: pulumi.Bool(true),
		}
	}
	allow := pulumi.ToStringArray(b.args.Spec.API.Allow)
	if net.egress != nil {
		allow = append(allow, pulumi.Sprintf("%s/32", net.egress.IpAddress.Elem()))
	}
	return containerservice.ManagedClusterAPIServerAccessProfileArgs{
		EnablePrivateCluster: pulumi.Bool(false), AuthorizedIPRanges: allow, DisableRunCommand: pulumi.Bool(true),
	}
}

func (b *builder) networkProfile() containerservice.ContainerServiceNetworkProfileArgs {
	return containerservice.ContainerServiceNetworkProfileArgs{
		NetworkPlugin: pulumi.String("azure"), NetworkPluginMode: pulumi.String("overlay"),
		NetworkPolicy: pulumi.String("cilium"), NetworkDataplane: pulumi.String("cilium"),
		// managedNATGateway does not work with a network of one's own.
		OutboundType: pulumi.String("userAssignedNATGateway"), LoadBalancerSku: pulumi.String("standard"),
		PodCidr: pulumi.String(b.place.Layout.Pods.String()), ServiceCidr: pulumi.String(b.place.Layout.Services.String()),
		DnsServiceIP: pulumi.String(b.place.Layout.DNS.String()),
	}
}

// azureAddOns are those that Azure installs and keeps up to date. Metrics-server and the disk driver come without asking.
func azureAddOns(workspace pulumi.StringInput) containerservice.ManagedClusterAddonProfileMap {
	return containerservice.ManagedClusterAddonProfileMap{
		"azurepolicy": containerservice.ManagedClusterAddonProfileArgs{Enabled: pulumi.Bool(true)},
		"omsagent": containerservice.ManagedClusterAddonProfileArgs{
			Enabled: pulumi.Bool(true),
			// With the agent's own identity: the workspace takes no shared keys.
			Config: pulumi.StringMap{"logAnalyticsWorkspaceResourceID": workspace, "useAADAuth": pulumi.String("true")},
		},
		"azureKeyvaultSecretsProvider": containerservice.ManagedClusterAddonProfileArgs{
			Enabled: pulumi.Bool(true),
			Config:  pulumi.StringMap{"enableSecretRotation": pulumi.String("true"), "rotationPollInterval": pulumi.String("2m")},
		},
	}
}

func securityProfile(etcdKey, workspace pulumi.StringOutput) containerservice.ManagedClusterSecurityProfileArgs {
	return containerservice.ManagedClusterSecurityProfileArgs{
		AzureKeyVaultKms: containerservice.AzureKeyVaultKmsArgs{
			Enabled: pulumi.Bool(true), KeyId: etcdKey, KeyVaultNetworkAccess: pulumi.String("Public"),
		},
		Defender: containerservice.ManagedClusterSecurityProfileDefenderArgs{
			LogAnalyticsWorkspaceResourceId: workspace,
			SecurityMonitoring:              containerservice.ManagedClusterSecurityProfileDefenderSecurityMonitoringArgs{Enabled: pulumi.Bool(true)},
		},
		ImageCleaner:     containerservice.ManagedClusterSecurityProfileImageCleanerArgs{Enabled: pulumi.Bool(true), IntervalHours: pulumi.Int(168)},
		WorkloadIdentity: containerservice.ManagedClusterSecurityProfileWorkloadIdentityArgs{Enabled: pulumi.Bool(true)},
	}
}
