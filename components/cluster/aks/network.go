package aks

import (
	"fmt"

	"github.com/pulumi/pulumi-azure-native-sdk/network/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster/machines"
)

// subnetwork is where the nodes are.
type subnetwork struct {
	// subnet is its resource id.
	subnet pulumi.StringOutput
	// vnet is the resource id of the network that it is in.
	vnet pulumi.StringInput
	// egress is the public address that the nodes' traffic comes from. Unset in an existing network.
	egress *network.PublicIPAddress
}

// network makes the VNet with the one subnet of the nodes, or takes the one that is there.
func (b *builder) network() (*subnetwork, error) {
	if n := b.args.Spec.Network; n != nil && n.Existing != nil {
		return &subnetwork{subnet: pulumi.String(n.Existing.Private[0]).ToStringOutput(), vnet: pulumi.String(n.Existing.ID)}, nil
	}
	vnet, err := network.NewVirtualNetwork(b.ctx, b.name+"-network", &network.VirtualNetworkArgs{
		ResourceGroupName: b.group.Name, Location: pulumi.String(b.args.Region), Tags: b.tags,
		AddressSpace: network.AddressSpaceArgs{AddressPrefixes: pulumi.ToStringArray([]string{b.place.Layout.Network.String()})},
	}, b.children(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return nil, fmt.Errorf("making the network: %w", err)
	}
	if b.args.Protect {
		if err := b.lock(b.name+"-network", vnet.ID(), b.parent); err != nil {
			return nil, err
		}
	}
	nat, egress, err := b.nat()
	if err != nil {
		return nil, err
	}
	firewall, err := b.firewall()
	if err != nil {
		return nil, err
	}
	subnet, err := network.NewSubnet(b.ctx, b.name+"-nodes", &network.SubnetArgs{
		ResourceGroupName: b.group.Name, VirtualNetworkName: vnet.Name,
		AddressPrefix:        pulumi.String(b.place.Layout.Private[0].String()),
		NatGateway:           network.SubResourceArgs{Id: nat.ID().ToStringOutput()},
		NetworkSecurityGroup: network.NetworkSecurityGroupTypeArgs{Id: firewall.ID().ToStringOutput()},
		// The vault and the storage accounts are closed to all but this subnet.
		ServiceEndpoints: network.ServiceEndpointPropertiesFormatArray{
			network.ServiceEndpointPropertiesFormatArgs{Service: pulumi.String("Microsoft.KeyVault")},
			network.ServiceEndpointPropertiesFormatArgs{Service: pulumi.String("Microsoft.Storage")},
		},
	}, b.children(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return nil, fmt.Errorf("making the subnet of the nodes: %w", err)
	}
	if err := b.flowLog(vnet); err != nil {
		return nil, err
	}
	return &subnetwork{subnet: subnet.ID().ToStringOutput(), vnet: vnet.ID().ToStringOutput(), egress: egress}, nil
}

// nat is the nodes' way out. There is one in every environment: the nodes of a cluster share a subnet, and a subnet takes one NAT
// gateway. Its address is spread over the region's zones.
func (b *builder) nat() (*network.NatGateway, *network.PublicIPAddress, error) {
	region, err := machines.FindRegion("azure", b.args.Region)
	if err != nil {
		return nil, nil, err
	}
	address, err := network.NewPublicIPAddress(b.ctx, b.name+"-egress", &network.PublicIPAddressArgs{
		ResourceGroupName: b.group.Name, Location: pulumi.String(b.args.Region), Tags: b.tags,
		PublicIPAllocationMethod: pulumi.String("Static"), Zones: pulumi.ToStringArray(region.Zones),
		Sku: network.PublicIPAddressSkuArgs{Name: pulumi.String("Standard")},
	}, b.children(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return nil, nil, fmt.Errorf("making the address of outgoing traffic: %w", err)
	}
	gateway, err := network.NewNatGateway(b.ctx, b.name+"-nat", &network.NatGatewayArgs{
		ResourceGroupName: b.group.Name, Location: pulumi.String(b.args.Region), Tags: b.tags,
		PublicIpAddresses: network.SubResourceArray{network.SubResourceArgs{Id: address.ID().ToStringOutput()}},
		Sku:               network.NatGatewaySkuArgs{Name: pulumi.String("Standard")},
	}, b.children(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return nil, nil, fmt.Errorf("making the NAT gateway: %w", err)
	}
	return gateway, address, nil
}

// firewall lets the internet reach what the load balancers offer on HTTP and HTTPS, and nothing else. AKS opens its own security
// group for each load balancer but never touches that of the subnet, and a packet must pass both.
func (b *builder) firewall() (*network.NetworkSecurityGroup, error) {
	group, err := network.NewNetworkSecurityGroup(b.ctx, b.name+"-firewall", &network.NetworkSecurityGroupArgs{
		ResourceGroupName: b.group.Name, Location: pulumi.String(b.args.Region), Tags: b.tags,
		SecurityRules: network.SecurityRuleTypeArray{network.SecurityRuleTypeArgs{
			Name: pulumi.String("web"), Priority: pulumi.Int(100), Direction: pulumi.String("Inbound"), Access: pulumi.String("Allow"),
			Protocol: pulumi.String("Tcp"), SourceAddressPrefix: pulumi.String("Internet"), SourcePortRange: pulumi.String("*"),
			DestinationAddressPrefix: pulumi.String("*"), DestinationPortRanges: pulumi.ToStringArray([]string{"80", "443"}),
		}},
	}, b.children(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return nil, fmt.Errorf("making the network security group: %w", err)
	}
	return group, nil
}
