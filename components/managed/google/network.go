package google

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/sql"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
)

// network is the subnet of all databases' addresses.
type network struct{ pulumi.ResourceState }

// place yields the subnet of the databases' addresses, and makes it for the first.
func (s *services) place(ctx *pulumi.Context) (*compute.Subnetwork, error) {
	if s.subnet != nil {
		return s.subnet, nil
	}
	if len(s.Ranges) < 2 {
		return nil, managed.ErrNoRange
	}
	name := s.Name + "-data"
	self := &network{}
	if err := ctx.RegisterComponentResource("plinth:google:Network", name, self, pulumi.Parent(s.Parent)); err != nil {
		return nil, fmt.Errorf("registering the network of data services: %w", err)
	}
	subnet, err := compute.NewSubnetwork(ctx, name, &compute.SubnetworkArgs{
		Network: s.Network, Region: pulumi.String(s.Region), IpCidrRange: pulumi.String(s.Ranges[0].String()),
		PrivateIpGoogleAccess: pulumi.Bool(true),
		LogConfig: compute.SubnetworkLogConfigArgs{
			AggregationInterval: pulumi.String("INTERVAL_10_MIN"), FlowSampling: pulumi.Float64(0.5), Metadata: pulumi.String("INCLUDE_ALL_METADATA"),
		},
	}, s.child(self, pulumi.Protect(s.Protect))...)
	if err != nil {
		return nil, fmt.Errorf("making the subnet of data services: %w", err)
	}
	s.subnet = subnet
	return subnet, ctx.RegisterResourceOutputs(self, pulumi.Map{})
}

// connect gives a database an address in the subnet, which stays the database's when that is replaced.
func (s *services) connect(ctx *pulumi.Context, name string, subnet *compute.Subnetwork, db *sql.DatabaseInstance, protect bool, self pulumi.Resource) (*compute.Address, pulumi.Resource, error) {
	address, err := compute.NewAddress(ctx, name, &compute.AddressArgs{
		Region: pulumi.String(s.Region), Subnetwork: subnet.SelfLink, AddressType: pulumi.String("INTERNAL"), Labels: s.Labels,
	}, s.child(self, pulumi.Protect(protect))...)
	if err != nil {
		return nil, nil, fmt.Errorf("taking an address for %s: %w", name, err)
	}
	endpoint, err := compute.NewForwardingRule(ctx, name, &compute.ForwardingRuleArgs{
		Region: pulumi.String(s.Region), Network: s.Network, Subnetwork: subnet.SelfLink, IpAddress: address.SelfLink,
		Target: db.PscServiceAttachmentLink, LoadBalancingScheme: pulumi.String(""), // which is what an endpoint has
		Labels: s.Labels,
	}, s.child(self, pulumi.DeleteBeforeReplace(true))...)
	if err != nil {
		return nil, nil, fmt.Errorf("connecting %s: %w", name, err)
	}
	return address, endpoint, nil
}
