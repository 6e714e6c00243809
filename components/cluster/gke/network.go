package gke

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// network is where the cluster is.
type network struct {
	id, subnet             pulumi.StringInput
	podRange, serviceRange pulumi.StringInput
	// ready is what pods need of it: the way out, and webhooks' way in.
	ready []pulumi.Resource
}

// leftovers is how long the network waits for what GKE's controllers made beside Pulumi, firewall rules and endpoint groups,
// to go.
var leftovers = pulumi.Timeouts(&pulumi.CustomTimeouts{Delete: "30m"})

func (b *builder) newNetwork(apis []pulumi.Resource, nodes *nodeAccount) (*network, error) {
	if own := b.args.Spec.Network; own != nil && own.Existing != nil {
		return &network{
			id: pulumi.String(own.Existing.ID), subnet: pulumi.String(own.Existing.Private[0]),
			podRange: pulumi.String(own.Existing.PodRange), serviceRange: pulumi.String(own.Existing.ServiceRange),
		}, nil
	}
	vpc, err := compute.NewNetwork(b.ctx, b.name+"-network", &compute.NetworkArgs{
		AutoCreateSubnetworks: pulumi.Bool(false),
		RoutingMode:           pulumi.String("REGIONAL"),
	}, b.kept(pulumi.DependsOn(apis), leftovers)...)
	if err != nil {
		return nil, fmt.Errorf("making the network: %w", err)
	}
	subnet, err := b.newSubnet(vpc)
	if err != nil {
		return nil, err
	}
	nat, err := b.newNAT(vpc)
	if err != nil {
		return nil, err
	}
	webhooks, err := b.allowWebhooks(vpc, nodes)
	if err != nil {
		return nil, err
	}
	return &network{
		id: vpc.SelfLink, subnet: subnet.SelfLink,
		podRange: pulumi.String("pods"), serviceRange: pulumi.String("services"),
		ready: []pulumi.Resource{nat, webhooks},
	}, nil
}

// newSubnet makes the one subnet of all zones' nodes: on gcp a subnet is regional.
func (b *builder) newSubnet(vpc *compute.Network) (*compute.Subnetwork, error) {
	layout := b.placement.Layout
	subnet, err := compute.NewSubnetwork(b.ctx, b.name+"-nodes", &compute.SubnetworkArgs{
		Network:               vpc.SelfLink,
		Region:                pulumi.String(b.args.Region),
		IpCidrRange:           pulumi.String(layout.Private[0].String()),
		PrivateIpGoogleAccess: pulumi.Bool(true),
		SecondaryIpRanges: compute.SubnetworkSecondaryIpRangeArray{
			compute.SubnetworkSecondaryIpRangeArgs{RangeName: pulumi.String("pods"), IpCidrRange: pulumi.String(layout.Pods.String())},
			compute.SubnetworkSecondaryIpRangeArgs{RangeName: pulumi.String("services"), IpCidrRange: pulumi.String(layout.Services.String())},
		},
		LogConfig: compute.SubnetworkLogConfigArgs{
			AggregationInterval: pulumi.String("INTERVAL_10_MIN"),
			FlowSampling:        pulumi.Float64(0.5),
			Metadata:            pulumi.String("INCLUDE_ALL_METADATA"),
		},
	}, b.kept(leftovers)...)
	if err != nil {
		return nil, fmt.Errorf("making the subnet: %w", err)
	}
	return subnet, nil
}

// newNAT is the private nodes' way to the internet. Ports are given out as nodes need them: the default, 64 for each node,
// is too few for 110 pods.
func (b *builder) newNAT(vpc *compute.Network) (*compute.RouterNat, error) {
	router, err := compute.NewRouter(b.ctx, b.name+"-router", &compute.RouterArgs{
		Network: vpc.SelfLink, Region: pulumi.String(b.args.Region),
	}, b.kept()...)
	if err != nil {
		return nil, fmt.Errorf("making the router: %w", err)
	}
	nat, err := compute.NewRouterNat(b.ctx, b.name+"-nat", &compute.RouterNatArgs{
		Router:                           router.Name,
		Region:                           pulumi.String(b.args.Region),
		NatIpAllocateOption:              pulumi.String("AUTO_ONLY"),
		SourceSubnetworkIpRangesToNat:    pulumi.String("ALL_SUBNETWORKS_ALL_IP_RANGES"),
		EnableDynamicPortAllocation:      pulumi.Bool(true),
		EnableEndpointIndependentMapping: pulumi.Bool(false),
		LogConfig:                        compute.RouterNatLogConfigArgs{Enable: pulumi.Bool(true), Filter: pulumi.String("ERRORS_ONLY")},
	}, b.kept()...)
	if err != nil {
		return nil, fmt.Errorf("making the NAT gateway: %w", err)
	}
	return nat, nil
}

// allowWebhooks lets the control plane reach admission webhooks and aggregated APIs, which listen on ports of their own:
// GKE's own rule opens 443 and 10250 alone.
func (b *builder) allowWebhooks(vpc *compute.Network, nodes *nodeAccount) (*compute.Firewall, error) {
	rule, err := compute.NewFirewall(b.ctx, b.name+"-webhooks", &compute.FirewallArgs{
		Network:               vpc.SelfLink,
		Description:           pulumi.String("The control plane may reach webhooks on the nodes."),
		SourceRanges:          pulumi.ToStringArray([]string{b.placement.Layout.ControlPlane.String()}),
		TargetServiceAccounts: pulumi.StringArray{nodes.email},
		Allows: compute.FirewallAllowArray{compute.FirewallAllowArgs{
			Protocol: pulumi.String("tcp"), Ports: pulumi.ToStringArray([]string{"1024-65535"}),
		}},
		LogConfig: compute.FirewallLogConfigArgs{Metadata: pulumi.String("INCLUDE_ALL_METADATA")},
	}, b.child()...)
	if err != nil {
		return nil, fmt.Errorf("opening the nodes to the control plane: %w", err)
	}
	return rule, nil
}
