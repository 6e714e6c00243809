package azure

import (
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi-azure-native-sdk/managedidentity/v2"
	"github.com/pulumi/pulumi-azure-native-sdk/network/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
)

// Platform is the cluster that the services are for.
type Platform struct {
	// Provider is azure-native.
	Provider pulumi.ProviderResource
	// Parent of what the services share: the cluster.
	Parent pulumi.Resource
	// Name begins the logical names of what they share.
	Name string
	// Region of the cluster.
	Region string
	// Group is the name of the resource group that the services are made in.
	Group pulumi.StringInput
	// VNet of the cluster, by its resource id.
	VNet pulumi.StringInput
	// Range of that network that a subnet is made of. Invalid in an existing network of which none was given.
	Range netip.Prefix
	// Nodes is the range that the nodes have their addresses from, which pods leave with too, or VirtualNetwork.
	Nodes string
	// Tags on everything that takes them.
	Tags pulumi.StringMap
	// Spread gives each service a standby in another zone, as the cluster's nodes are in several.
	Spread bool
	// Protect keeps the network of the services from deletion.
	Protect bool
	// Keys make and grant keys of the platform's vault.
	Keys Keys
	// Unique is a name of 24 lower-case letters and digits at most that nobody else in Azure has.
	Unique func(name string) pulumi.StringOutput
	// Lock keeps a resource from deletion by whatever tool.
	Lock func(name string, scope pulumi.IDOutput, parent pulumi.Resource) error
}

// Keys are those of the platform's vault.
type Keys interface {
	// New makes a key, and yields its URI with the version.
	New(name string) (pulumi.StringOutput, error)
	// Grant lets a managed identity encrypt and decrypt with all of them.
	Grant(name string, principal pulumi.StringInput, opts ...pulumi.ResourceOption) (pulumi.Resource, error)
}

// New yields the services. Nothing is registered before the first of them is.
func New(p *Platform) managed.Services { return &services{Platform: p} }

type services struct {
	*Platform

	subnet *network.Subnet // made with the first service
}

// NewRabbitMQ implements managed.Services: Azure has none.
func (s *services) NewRabbitMQ(_ *pulumi.Context, name string, _ *managed.RabbitMQArgs, _ ...pulumi.ResourceOption) (*managed.Server, error) {
	return nil, managed.NotOffered(name, "azure", "rabbitmq")
}

// child are the options of a part of one service.
func (s *services) child(parent pulumi.Resource, opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return append([]pulumi.ResourceOption{pulumi.Parent(parent), pulumi.Provider(s.Provider)}, opts...)
}

// encryption is what a service is encrypted with.
type encryption struct {
	// key is its URI with the version, and identity the resource id of who reads it.
	key, identity pulumi.StringOutput
	// access without which the key cannot be read.
	access pulumi.Resource
}

func (s *services) newEncryption(ctx *pulumi.Context, name string, parent pulumi.Resource) (*encryption, error) {
	key, err := s.Keys.New(name)
	if err != nil {
		return nil, err
	}
	identity, err := managedidentity.NewUserAssignedIdentity(ctx, name+"-identity", &managedidentity.UserAssignedIdentityArgs{
		ResourceGroupName: s.Group, Location: pulumi.String(s.Region), Tags: s.Tags,
	}, s.child(parent)...)
	if err != nil {
		return nil, fmt.Errorf("making the identity of %s: %w", name, err)
	}
	access, err := s.Keys.Grant(name+"-key", identity.PrincipalId, s.child(parent)...)
	if err != nil {
		return nil, err
	}
	return &encryption{key: key, identity: identity.ID().ToStringOutput(), access: access}, nil
}
