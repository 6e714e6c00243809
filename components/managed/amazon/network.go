package amazon

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
)

// network is the subnets of all services.
type network struct{ pulumi.ResourceState }

// place yields the subnets of the services, and makes them for the first.
func (s *services) place(ctx *pulumi.Context) (pulumi.StringArray, error) {
	if s.subnets != nil {
		return s.subnets, nil
	}
	if len(s.Ranges) < len(s.Zones) {
		return nil, managed.ErrNoRange
	}
	name := s.Name + "-data"
	self := &network{}
	if err := ctx.RegisterComponentResource("plinth:amazon:Network", name, self, pulumi.Parent(s.Parent)); err != nil {
		return nil, fmt.Errorf("registering the network of data services: %w", err)
	}
	// No route but the one within the VPC, which every table has.
	table, err := ec2.NewRouteTable(ctx, name, &ec2.RouteTableArgs{VpcId: s.VPC, Tags: s.called("data")}, s.child(self, pulumi.Protect(s.Protect))...)
	if err != nil {
		return nil, fmt.Errorf("making the route table of data services: %w", err)
	}
	for i, zone := range s.Zones {
		part := fmt.Sprintf("data-%d", i+1)
		subnet, err := ec2.NewSubnet(ctx, s.Name+"-"+part, &ec2.SubnetArgs{
			VpcId: s.VPC, CidrBlock: pulumi.String(s.Ranges[i].String()), AvailabilityZoneId: pulumi.String(zone),
			MapPublicIpOnLaunch: pulumi.Bool(false), Tags: s.called(part),
		}, s.child(self, pulumi.Protect(s.Protect))...)
		if err != nil {
			return nil, fmt.Errorf("making subnet %s: %w", part, err)
		}
		_, err = ec2.NewRouteTableAssociation(ctx, s.Name+"-"+part, &ec2.RouteTableAssociationArgs{SubnetId: subnet.ID(), RouteTableId: table.ID()}, s.child(self)...)
		if err != nil {
			return nil, fmt.Errorf("routing subnet %s: %w", part, err)
		}
		s.subnets = append(s.subnets, subnet.ID())
	}
	return s.subnets, ctx.RegisterResourceOutputs(self, pulumi.Map{})
}
