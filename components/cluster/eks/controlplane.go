package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// newControlPlane makes the cluster without nodes. EKS would make its log group itself, without end and without key: it is made
// before, under the name that EKS writes to ("Send control plane logs to CloudWatch Logs" in its user guide).
func (b *builder) newControlPlane(net *network, k *keys, r *roles) (*eks.Cluster, error) {
	logs, err := b.newLogGroup("plane", "/aws/eks/"+b.eksName+"/cluster", k)
	if err != nil {
		return nil, err
	}
	oneMinorAtATime, err := cluster.StepByStep(b.ctx, b.name, "version")
	if err != nil {
		return nil, err
	}
	endpoint := eks.ClusterVpcConfigArgs{
		SubnetIds:             net.private,
		EndpointPrivateAccess: pulumi.Bool(true),
		EndpointPublicAccess:  pulumi.Bool(len(b.args.Spec.API.Allow) > 0),
	}
	if len(b.args.Spec.API.Allow) > 0 {
		endpoint.PublicAccessCidrs = pulumi.ToStringArray(b.args.Spec.API.Allow)
	}
	plane, err := eks.NewCluster(b.ctx, b.name, &eks.ClusterArgs{
		Name:          pulumi.String(b.eksName),
		Version:       pulumi.String(b.version),
		UpgradePolicy: eks.ClusterUpgradePolicyArgs{SupportType: pulumi.String("STANDARD")},
		RoleArn:       r.plane.Arn,
		AccessConfig: eks.ClusterAccessConfigArgs{
			AuthenticationMode:                      pulumi.String("API"),
			BootstrapClusterCreatorAdminPermissions: pulumi.Bool(false),
		},
		// The add-ons are installed as such, each at its own version.
		BootstrapSelfManagedAddons: pulumi.Bool(false),
		EncryptionConfig: eks.ClusterEncryptionConfigArgs{
			Resources: pulumi.ToStringArray([]string{"secrets"}),
			Provider:  eks.ClusterEncryptionConfigProviderArgs{KeyArn: k.control.Arn},
		},
		EnabledClusterLogTypes:  pulumi.ToStringArray([]string{"api", "audit", "authenticator", "controllerManager", "scheduler"}),
		KubernetesNetworkConfig: b.serviceRange(),
		VpcConfig:               endpoint,
	}, b.kept(pulumi.DependsOn(append(r.planeReady, logs)), oneMinorAtATime)...)
	if err != nil {
		return nil, fmt.Errorf("making the control plane: %w", err)
	}
	b.clusterName = plane.Name
	return plane, nil
}

// serviceRange is the range of ClusterIPs. In an existing network it is only what the stack file says: EKS then finds one that
// does not overlap it.
func (b *builder) serviceRange() eks.ClusterKubernetesNetworkConfigPtrInput {
	services := ""
	if b.placement.Layout.Services.IsValid() {
		services = b.placement.Layout.Services.String()
	} else if b.args.Spec.Network != nil {
		services = b.args.Spec.Network.Services
	}
	if services == "" {
		return nil
	}
	return eks.ClusterKubernetesNetworkConfigArgs{ServiceIpv4Cidr: pulumi.String(services)}
}
