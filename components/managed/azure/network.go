package azure

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-azure-native-sdk/network/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
)

// subnetwork is the subnet of all private endpoints.
type subnetwork struct{ pulumi.ResourceState }

// place yields the subnet of the private endpoints, and makes it for the first.
func (s *services) place(ctx *pulumi.Context) (*network.Subnet, error) {
	if s.subnet != nil {
		return s.subnet, nil
	}
	if !s.Range.IsValid() {
		return nil, managed.ErrNoRange
	}
	name := s.Name + "-data"
	self := &subnetwork{}
	if err := ctx.RegisterComponentResource("plinth:azure:Network", name, self, pulumi.Parent(s.Parent)); err != nil {
		return nil, fmt.Errorf("registering the network of data services: %w", err)
	}
	firewall, err := network.NewNetworkSecurityGroup(ctx, name, &network.NetworkSecurityGroupArgs{
		ResourceGroupName: s.Group, Location: pulumi.String(s.Region), Tags: s.Tags,
		SecurityRules: network.SecurityRuleTypeArray{
			inbound("nodes", 100, "Allow", s.Nodes, []string{fmt.Sprint(postgresPort), fmt.Sprint(redisPort)}),
			inbound("nobody-else", 200, "Deny", "*", []string{"*"}),
		},
	}, s.child(self)...)
	if err != nil {
		return nil, fmt.Errorf("making the network security group of data services: %w", err)
	}
	subnet, err := network.NewSubnet(ctx, name, &network.SubnetArgs{
		ResourceGroupName: segment(s.VNet, "resourceGroups"), VirtualNetworkName: segment(s.VNet, "virtualNetworks"),
		AddressPrefix:        pulumi.String(s.Range.String()),
		NetworkSecurityGroup: network.NetworkSecurityGroupTypeArgs{Id: firewall.ID().ToStringOutput()},
		// Without it the security group does not hold for private endpoints.
		PrivateEndpointNetworkPolicies: pulumi.String(network.VirtualNetworkPrivateEndpointNetworkPoliciesEnabled),
	}, s.child(self, pulumi.Protect(s.Protect))...)
	if err != nil {
		return nil, fmt.Errorf("making the subnet of data services: %w", err)
	}
	s.subnet = subnet
	return subnet, ctx.RegisterResourceOutputs(self, pulumi.Map{})
}

func inbound(name string, priority int, access, source string, ports []string) network.SecurityRuleTypeArgs {
	protocol := "Tcp"
	if access == "Deny" {
		protocol = "*"
	}
	return network.SecurityRuleTypeArgs{
		Name: pulumi.String(name), Priority: pulumi.Int(priority), Direction: pulumi.String("Inbound"), Access: pulumi.String(access),
		Protocol: pulumi.String(protocol), SourceAddressPrefix: pulumi.String(source), SourcePortRange: pulumi.String("*"),
		DestinationAddressPrefix: pulumi.String("*"), DestinationPortRanges: pulumi.ToStringArray(ports),
	}
}

// segment is what stands after a key in a resource id such as /subscriptions/x/resourceGroups/y/....
func segment(id pulumi.StringInput, key string) pulumi.StringOutput {
	return id.ToStringOutput().ApplyT(func(id string) (string, error) {
		parts := strings.Split(id, "/")
		for i, part := range parts[:len(parts)-1] {
			if strings.EqualFold(part, key) {
				return parts[i+1], nil
			}
		}
		return "", fmt.Errorf("found the network id %q, allowed is one with /%s/; correct cluster.network.existing.id", id, key)
	}).(pulumi.StringOutput)
}

// connect gives a service an address in the subnet and has its own name resolve to that within the network. kind is what Private Link
// calls the service, and zone its DNS zone ("Azure Private Endpoint private DNS zone values" on learn.microsoft.com).
func (s *services) connect(
	ctx *pulumi.Context, name, kind, zone string, service pulumi.IDOutput, subnet *network.Subnet, self pulumi.Resource,
) (pulumi.Resource, error) {
	dns, err := network.NewPrivateZone(ctx, name, &network.PrivateZoneArgs{
		ResourceGroupName: s.Group, PrivateZoneName: pulumi.String(zone), Location: pulumi.String("global"), Tags: s.Tags,
	}, s.child(self)...)
	if err != nil {
		return nil, fmt.Errorf("making the DNS zone of %s: %w", name, err)
	}
	link, err := network.NewVirtualNetworkLink(ctx, name, &network.VirtualNetworkLinkArgs{
		ResourceGroupName: s.Group, PrivateZoneName: dns.Name, Location: pulumi.String("global"), Tags: s.Tags,
		VirtualNetwork: network.SubResourceArgs{Id: s.VNet.ToStringOutput()}, RegistrationEnabled: pulumi.Bool(false),
	}, s.child(self)...)
	if err != nil {
		return nil, fmt.Errorf("linking the DNS zone of %s: %w", name, err)
	}
	endpoint, err := network.NewPrivateEndpoint(ctx, name, &network.PrivateEndpointArgs{
		ResourceGroupName: s.Group, Location: pulumi.String(s.Region), Tags: s.Tags,
		Subnet: network.SubnetTypeArgs{Id: subnet.ID().ToStringOutput()},
		PrivateLinkServiceConnections: network.PrivateLinkServiceConnectionArray{network.PrivateLinkServiceConnectionArgs{
			Name: pulumi.String(name), GroupIds: pulumi.ToStringArray([]string{kind}), PrivateLinkServiceId: service.ToStringOutput(),
		}},
	}, s.child(self)...)
	if err != nil {
		return nil, fmt.Errorf("connecting %s: %w", name, err)
	}
	group, err := network.NewPrivateDnsZoneGroup(ctx, name, &network.PrivateDnsZoneGroupArgs{
		ResourceGroupName: s.Group, PrivateEndpointName: endpoint.Name, PrivateDnsZoneGroupName: pulumi.String("default"),
		PrivateDnsZoneConfigs: network.PrivateDnsZoneConfigArray{network.PrivateDnsZoneConfigArgs{
			Name: pulumi.String(kind), PrivateDnsZoneId: dns.ID().ToStringOutput(),
		}},
	}, s.child(self, pulumi.DependsOn([]pulumi.Resource{link}))...)
	if err != nil {
		return nil, fmt.Errorf("naming the endpoint of %s: %w", name, err)
	}
	return group, nil
}
