package google

import (
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/kms"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
)

// Platform is the cluster that the services are for.
type Platform struct {
	// Provider of gcp, for the project.
	Provider pulumi.ProviderResource
	// Parent of what the services share: the cluster.
	Parent pulumi.Resource
	// Name begins the logical names of what they share.
	Name string
	// Project by its id, and Region of the cluster.
	Project, Region string
	// Network of the cluster, by its self link.
	Network pulumi.StringInput
	// Ranges are two free ones of that network: a subnet is made of the first, Memorystore takes the beginning of the second. Unset
	// in an existing network of which no range was given.
	Ranges []netip.Prefix
	// KeyRing that the services' keys are made in.
	KeyRing *kms.KeyRing
	// Labels on everything that takes them.
	Labels pulumi.StringMap
	// Spread gives each service a standby in another zone, as the cluster's nodes are in several.
	Spread bool
	// Protect keeps the network of the services from deletion.
	Protect bool
}

// New yields the services. Nothing is registered before the first of them is.
func New(p *Platform) managed.Services { return &services{Platform: p} }

type services struct {
	*Platform

	subnet *compute.Subnetwork // made with the first database
}

// NewRabbitMQ implements managed.Services: gcp has none.
func (s *services) NewRabbitMQ(_ *pulumi.Context, name string, _ *managed.RabbitMQArgs, _ ...pulumi.ResourceOption) (*managed.Server, error) {
	return nil, managed.NotOffered(name, "gcp", "rabbitmq")
}

// child are the options of a part of one service.
func (s *services) child(parent pulumi.Resource, opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return append([]pulumi.ResourceOption{pulumi.Parent(parent), pulumi.Provider(s.Provider)}, opts...)
}

// rotation is 90 days, the longest that CIS allows.
const rotation = "7776000s"

// newKey switches an API of gcp on, and makes a key that its agent may use and nobody else. The service must be made after the
// grant.
func (s *services) newKey(ctx *pulumi.Context, name, api string, protect bool, parent pulumi.Resource) (*kms.CryptoKey, pulumi.Resource, error) {
	enabled, err := projects.NewService(ctx, name+"-api", &projects.ServiceArgs{
		Project: pulumi.String(s.Project), Service: pulumi.String(api + ".googleapis.com"), DisableOnDestroy: pulumi.Bool(false),
	}, s.child(parent)...)
	if err != nil {
		return nil, nil, fmt.Errorf("enabling the API %s: %w", api, err)
	}
	agent, err := projects.NewServiceIdentity(ctx, name+"-agent", &projects.ServiceIdentityArgs{
		Project: pulumi.String(s.Project), Service: enabled.Service,
	}, s.child(parent, pulumi.DependsOn([]pulumi.Resource{enabled}))...)
	if err != nil {
		return nil, nil, fmt.Errorf("finding the agent of %s: %w", api, err)
	}
	key, err := kms.NewCryptoKey(ctx, name, &kms.CryptoKeyArgs{
		KeyRing: s.KeyRing.ID(), RotationPeriod: pulumi.String(rotation), Labels: s.Labels,
	}, s.child(parent, pulumi.Protect(protect))...)
	if err != nil {
		return nil, nil, fmt.Errorf("making the key of %s: %w", name, err)
	}
	grant, err := kms.NewCryptoKeyIAMMember(ctx, name, &kms.CryptoKeyIAMMemberArgs{
		CryptoKeyId: key.ID(), Role: pulumi.String("roles/cloudkms.cryptoKeyEncrypterDecrypter"), Member: pulumi.Sprintf("serviceAccount:%s", agent.Email),
	}, s.child(parent)...)
	if err != nil {
		return nil, nil, fmt.Errorf("granting the key of %s: %w", name, err)
	}
	return key, grant, nil
}
