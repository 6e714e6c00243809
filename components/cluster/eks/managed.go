package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"

	"github.com/plinth-iac/plinth/components/cluster/machines"
	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/managed/amazon"
)

// Managed implements cluster.Services.
func (s *services) Managed() managed.Services { return s.managed }

// dataServices are those that aws runs, beside the nodes. Nothing is registered yet.
func (b *builder) dataServices(net *network, k *keys, plane *eks.Cluster) (managed.Services, error) {
	zones, err := machines.PickZones("aws", b.args.Region, max(leastZones, b.args.Spec.Zones))
	if err != nil {
		return nil, fmt.Errorf("choosing zones: %w", err)
	}
	whole, parts := b.args.DataRange(b.placement)
	return amazon.New(&amazon.Platform{
		Provider: b.aws, Parent: b.self, Name: b.name, AWSName: b.eksName,
		VPC: net.vpc, Zones: zones, Ranges: parts, Range: whole,
		// Nodes are in it, and so are pods, which have addresses of their nodes' interfaces.
		Nodes:   plane.VpcConfig.ClusterSecurityGroupId().Elem(),
		DataKey: k.data.Arn, LogKey: k.control.Arn,
		Spread: b.args.Spec.Zones > 1, Protect: b.args.Protect,
	}), nil
}
