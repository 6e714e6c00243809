package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster/machines"
)

// network is what the cluster is in.
type network struct {
	vpc pulumi.StringInput
	// private are the ids of the nodes' subnets, by zone.
	private pulumi.StringArray
	// wayOut is what nodes need to reach the internet.
	wayOut []pulumi.Resource
}

// leastZones is how many zones EKS wants subnets in, also where nodes are in one only.
const leastZones = 2

func (b *builder) newNetwork(k *keys) (*network, error) {
	if existing := existingNetwork(b.args); existing != nil {
		return &network{vpc: pulumi.String(existing.ID), private: pulumi.ToStringArray(existing.Private)}, nil
	}
	zones, err := machines.PickZones("aws", b.args.Region, max(leastZones, b.args.Spec.Zones))
	if err != nil {
		return nil, fmt.Errorf("choosing zones: %w", err)
	}
	vpc, err := ec2.NewVpc(b.ctx, b.name, &ec2.VpcArgs{
		CidrBlock:          pulumi.String(b.placement.Layout.Network.String()),
		EnableDnsHostnames: pulumi.Bool(true), // the private endpoint of the API server is found by name
		EnableDnsSupport:   pulumi.Bool(true),
		Tags:               b.called("vpc"),
	}, b.kept()...)
	if err != nil {
		return nil, fmt.Errorf("making the VPC: %w", err)
	}
	if err := b.closeDefaults(vpc); err != nil {
		return nil, err
	}
	if err := b.recordFlows(vpc, k); err != nil {
		return nil, err
	}

	public, gateway, err := b.newPublicSubnets(vpc, zones)
	if err != nil {
		return nil, err
	}
	return b.newPrivateSubnets(vpc, zones, public, gateway)
}

// closeDefaults takes over the security group that every VPC has, so that it has no rules.
func (b *builder) closeDefaults(vpc *ec2.Vpc) error {
	_, err := ec2.NewDefaultSecurityGroup(b.ctx, b.name+"-default", &ec2.DefaultSecurityGroupArgs{
		VpcId: vpc.ID(), Tags: b.called("default-closed"),
	}, b.child()...)
	if err != nil {
		return fmt.Errorf("closing the default security group: %w", err)
	}
	return nil
}

// recordFlows logs who talked to whom in the VPC.
func (b *builder) recordFlows(vpc *ec2.Vpc, k *keys) error {
	logs, err := b.newLogGroup("flows", "/aws/vpc/"+b.eksName+"/flows", k)
	if err != nil {
		return err
	}
	role, _, err := b.newServiceRole("flows", "vpc-flow-logs.amazonaws.com")
	if err != nil {
		return err
	}
	policy, err := iam.NewRolePolicy(b.ctx, b.name+"-flows", &iam.RolePolicyArgs{
		Role: role.Name,
		Policy: logs.Arn.ApplyT(func(arn string) string {
			return document(allow([]string{"logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"}, arn+":*"))
		}).(pulumi.StringOutput),
	}, b.child()...)
	if err != nil {
		return fmt.Errorf("letting flow logs be written: %w", err)
	}
	_, err = ec2.NewFlowLog(b.ctx, b.name+"-flows", &ec2.FlowLogArgs{
		VpcId: vpc.ID(), TrafficType: pulumi.String("ALL"), LogDestination: logs.Arn, IamRoleArn: role.Arn, Tags: b.called("flows"),
	}, b.child(pulumi.DependsOn([]pulumi.Resource{policy}))...)
	if err != nil {
		return fmt.Errorf("recording flows: %w", err)
	}
	return nil
}

// newPublicSubnets makes a subnet in each zone for load balancers and NAT gateways. The gateway returned is there once they reach
// the internet.
func (b *builder) newPublicSubnets(vpc *ec2.Vpc, zones []string) ([]*ec2.Subnet, pulumi.Resource, error) {
	gateway, err := ec2.NewInternetGateway(b.ctx, b.name, &ec2.InternetGatewayArgs{VpcId: vpc.ID(), Tags: b.called("internet")}, b.kept()...)
	if err != nil {
		return nil, nil, fmt.Errorf("making the internet gateway: %w", err)
	}
	table, err := b.newRouteTable("public", vpc)
	if err != nil {
		return nil, nil, err
	}
	route, err := ec2.NewRoute(b.ctx, b.name+"-public", &ec2.RouteArgs{
		RouteTableId: table.ID(), DestinationCidrBlock: pulumi.String("0.0.0.0/0"), GatewayId: gateway.ID(),
	}, b.child()...)
	if err != nil {
		return nil, nil, fmt.Errorf("routing public subnets: %w", err)
	}
	var subnets []*ec2.Subnet
	for i, zone := range zones {
		subnet, _, err := b.newSubnet(fmt.Sprintf("public-%d", i+1), vpc, zone, b.placement.Layout.Public[i].String(), "kubernetes.io/role/elb", table)
		if err != nil {
			return nil, nil, err
		}
		subnets = append(subnets, subnet)
	}
	return subnets, route, nil
}

// newPrivateSubnets makes a subnet in each zone for nodes, with a way out through a NAT gateway: its zone's own, or the first's.
func (b *builder) newPrivateSubnets(vpc *ec2.Vpc, zones []string, public []*ec2.Subnet, gateway pulumi.Resource) (*network, error) {
	net := &network{vpc: vpc.ID()}
	var tables pulumi.StringArray
	var nat *ec2.NatGateway
	for i, zone := range zones {
		part := fmt.Sprintf("private-%d", i+1)
		table, err := b.newRouteTable(part, vpc)
		if err != nil {
			return nil, err
		}
		subnet, attached, err := b.newSubnet(part, vpc, zone, b.placement.Layout.Private[i].String(), "kubernetes.io/role/internal-elb", table)
		if err != nil {
			return nil, err
		}
		if nat == nil || b.args.NATPerZone {
			if nat, err = b.newNAT(i+1, public[i], gateway); err != nil {
				return nil, err
			}
		}
		route, err := ec2.NewRoute(b.ctx, b.name+"-"+part, &ec2.RouteArgs{
			RouteTableId: table.ID(), DestinationCidrBlock: pulumi.String("0.0.0.0/0"), NatGatewayId: nat.ID(),
		}, b.child()...)
		if err != nil {
			return nil, fmt.Errorf("routing %s: %w", part, err)
		}
		tables = append(tables, table.ID())
		net.private = append(net.private, subnet.ID())
		net.wayOut = append(net.wayOut, route, attached)
	}
	// Image layers and backups lie in S3: this way they cost no NAT traffic.
	_, err := ec2.NewVpcEndpoint(b.ctx, b.name+"-s3", &ec2.VpcEndpointArgs{
		VpcId: vpc.ID(), ServiceName: pulumi.String("com.amazonaws." + b.args.Region + ".s3"), VpcEndpointType: pulumi.String("Gateway"),
		RouteTableIds: tables, Tags: b.called("s3"),
	}, b.child()...)
	if err != nil {
		return nil, fmt.Errorf("making the way to S3: %w", err)
	}
	return net, nil
}

func (b *builder) newRouteTable(part string, vpc *ec2.Vpc) (*ec2.RouteTable, error) {
	table, err := ec2.NewRouteTable(b.ctx, b.name+"-"+part, &ec2.RouteTableArgs{VpcId: vpc.ID(), Tags: b.called(part)}, b.kept()...)
	if err != nil {
		return nil, fmt.Errorf("making the route table of %s: %w", part, err)
	}
	return table, nil
}

// newSubnet makes a subnet that the load balancer controller finds by its role, and puts it on a route table.
func (b *builder) newSubnet(
	part string, vpc *ec2.Vpc, zone, addresses, role string, table *ec2.RouteTable,
) (*ec2.Subnet, pulumi.Resource, error) {
	tags := b.called(part)
	tags[role] = pulumi.String("1")
	subnet, err := ec2.NewSubnet(b.ctx, b.name+"-"+part, &ec2.SubnetArgs{
		VpcId: vpc.ID(), CidrBlock: pulumi.String(addresses), AvailabilityZoneId: pulumi.String(zone),
		MapPublicIpOnLaunch: pulumi.Bool(false), Tags: tags,
	}, b.kept()...)
	if err != nil {
		return nil, nil, fmt.Errorf("making subnet %s: %w", part, err)
	}
	attached, err := ec2.NewRouteTableAssociation(b.ctx, b.name+"-"+part, &ec2.RouteTableAssociationArgs{SubnetId: subnet.ID(), RouteTableId: table.ID()}, b.child()...)
	if err != nil {
		return nil, nil, fmt.Errorf("routing subnet %s: %w", part, err)
	}
	return subnet, attached, nil
}

func (b *builder) newNAT(zone int, public *ec2.Subnet, gateway pulumi.Resource) (*ec2.NatGateway, error) {
	part := fmt.Sprintf("nat-%d", zone)
	// Kept, as others may have let this address through their firewalls.
	address, err := ec2.NewEip(b.ctx, b.name+"-"+part, &ec2.EipArgs{Domain: pulumi.String("vpc"), Tags: b.called(part)}, b.kept()...)
	if err != nil {
		return nil, fmt.Errorf("taking an address for %s: %w", part, err)
	}
	nat, err := ec2.NewNatGateway(b.ctx, b.name+"-"+part, &ec2.NatGatewayArgs{
		SubnetId: public.ID(), AllocationId: address.ID(), Tags: b.called(part),
	}, b.child(pulumi.DependsOn([]pulumi.Resource{gateway}))...)
	if err != nil {
		return nil, fmt.Errorf("making %s: %w", part, err)
	}
	return nat, nil
}
