package clustertest

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/managed"
)

// Services record what they are asked for. The zero value is ready, for one run of one program.
type Services struct {
	// ClientID of every identity, as on azure. Default: none, as on the other clouds.
	ClientID string
	// Buckets that were asked for, by name.
	Buckets map[string]cluster.BucketArgs
	// Grants that were asked for, by name.
	Grants map[string]cluster.GrantArgs
	// DataServices of the cloud. Nil where a program asks for none.
	DataServices managed.Services
}

var _ cluster.Services = (*Services)(nil)

// NewBucket implements cluster.Services.
func (s *Services) NewBucket(
	ctx *pulumi.Context, name string, args *cluster.BucketArgs, opts ...pulumi.ResourceOption,
) (*cluster.Bucket, error) {
	if s.Buckets == nil {
		s.Buckets = map[string]cluster.BucketArgs{}
	}
	s.Buckets[name] = *args
	self, err := register(ctx, "plinth:clustertest:Bucket", name, opts)
	return &cluster.Bucket{
		Name: pulumi.String(name).ToStringOutput(), URL: pulumi.String("s3://" + name).ToStringOutput(),
		ID: pulumi.String("arn:aws:s3:::" + name).ToStringOutput(), Resource: self,
	}, err
}

// Grant implements cluster.Services.
func (s *Services) Grant(
	ctx *pulumi.Context, name string, args *cluster.GrantArgs, opts ...pulumi.ResourceOption,
) (*cluster.Identity, error) {
	if s.Grants == nil {
		s.Grants = map[string]cluster.GrantArgs{}
	}
	s.Grants[name] = *args
	self, err := register(ctx, "plinth:clustertest:Identity", name, opts)
	annotations := pulumi.StringMap{"identity": pulumi.String(args.ServiceAccount)}
	if s.ClientID != "" {
		annotations["azure.workload.identity/client-id"] = pulumi.String(s.ClientID)
	}
	return &cluster.Identity{
		Annotations: annotations,
		PodLabels:   pulumi.StringMap{"identity": pulumi.String("yes")},
		Resources:   []pulumi.Resource{self},
	}, err
}

// Registry implements cluster.Services.
func (s *Services) Registry() pulumi.StringOutput {
	return pulumi.String("registry.example.com/plinth").ToStringOutput()
}

// SecretStore implements cluster.Services.
func (s *Services) SecretStore() cluster.SecretStore {
	return cluster.SecretStore{Provider: "aws", Spec: pulumi.Map{}}
}

// Managed implements cluster.Services.
func (s *Services) Managed() managed.Services { return s.DataServices }

func register(ctx *pulumi.Context, token, name string, opts []pulumi.ResourceOption) (pulumi.Resource, error) {
	self := &pulumi.ResourceState{}
	if err := ctx.RegisterComponentResource(token, name, self, opts...); err != nil {
		return nil, err
	}
	return self, ctx.RegisterResourceOutputs(self, pulumi.Map{})
}
