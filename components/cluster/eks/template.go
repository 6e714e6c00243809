package eks

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/machines"
)

// newTemplate says how the pool's machines start. Their types, security group and image are the node group's.
func (b *builder) newTemplate(name string, pool cluster.Pool) (*ec2.LaunchTemplate, error) {
	tags := pulumi.ToStringMap(b.args.Tags) // default tags do not reach what the template makes
	tags["Name"] = pulumi.String(b.eksName + "-" + name)
	var tagged ec2.LaunchTemplateTagSpecificationArray
	for _, kind := range []string{"instance", "volume", "network-interface"} {
		tagged = append(tagged, ec2.LaunchTemplateTagSpecificationArgs{ResourceType: pulumi.String(kind), Tags: tags})
	}
	template, err := ec2.NewLaunchTemplate(b.ctx, b.name+"-"+name, &ec2.LaunchTemplateArgs{
		UpdateDefaultVersion: pulumi.Bool(true),
		// Two hops would let pods take the node's role.
		MetadataOptions: ec2.LaunchTemplateMetadataOptionsArgs{
			HttpEndpoint: pulumi.String("enabled"), HttpTokens: pulumi.String("required"), HttpPutResponseHopLimit: pulumi.Int(1),
		},
		BlockDeviceMappings: ec2.LaunchTemplateBlockDeviceMappingArray{ec2.LaunchTemplateBlockDeviceMappingArgs{
			DeviceName: pulumi.String("/dev/xvda"),
			Ebs: ec2.LaunchTemplateBlockDeviceMappingEbsArgs{
				// Under aws' own key: the autoscaling service has no right to the customer's.
				Encrypted: pulumi.String("true"), VolumeType: pulumi.String("gp3"), VolumeSize: pulumi.Int(gibibytes(pool)),
				DeleteOnTermination: pulumi.String("true"),
			},
		}},
		UserData:          pulumi.String(base64.StdEncoding.EncodeToString([]byte(nodeConfig))),
		TagSpecifications: tagged,
	}, b.child()...)
	if err != nil {
		return nil, fmt.Errorf("making the launch template: %w", err)
	}
	return template, nil
}

// nodeConfig has nodes take as many pods as on the other clouds; EKS adds the rest of what nodes of AL2023 must know.
var nodeConfig = strings.Join([]string{
	"MIME-Version: 1.0",
	`Content-Type: multipart/mixed; boundary="//"`,
	"",
	"--//",
	"Content-Type: application/node.eks.aws",
	"",
	"apiVersion: node.eks.aws/v1alpha1",
	"kind: NodeConfig",
	"spec:",
	"  kubelet:",
	"    config:",
	fmt.Sprintf("      maxPods: %d", machines.MaxPods),
	"",
	"--//--",
	"",
}, "\n")

// gibibytes of the pool's disk, rounded up.
func gibibytes(pool cluster.Pool) int {
	disk := pool.Disk.Value()
	return int((disk.Value() + 1<<30 - 1) >> 30)
}
