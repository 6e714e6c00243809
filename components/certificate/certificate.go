package certificate

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/dataservice"
)

// Args describe a certificate.
type Args struct {
	// Hosts are the DNS names that the server has; *. stands for one label.
	Hosts []string
	// Random is the `random` provider, which makes the seed.
	Random pulumi.ProviderResource
	// Keep protects the seed: what trusts the authority is outside the stack too.
	Keep bool
}

// Certificate is a server's; all of it is PEM.
type Certificate struct {
	// CA is the authority's certificate, which clients trust.
	CA pulumi.StringOutput
	// Chain is the server's certificate, and Key its private key, which is secret.
	Chain, Key pulumi.StringOutput
}

// New registers the seed of a certificate. opts must carry the parent. It fails only where the registration does.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Certificate, error) {
	seed, err := dataservice.NewPassword(ctx, name+"-seed", args.Keep, append(opts, pulumi.Provider(args.Random))...)
	if err != nil {
		return nil, err
	}
	part := func(choose func(*pair) string) pulumi.StringOutput {
		return seed.ApplyT(func(seed string) (string, error) {
			made, err := derive(seed, args.Hosts)
			if err != nil {
				return "", err
			}
			return choose(made), nil
		}).(pulumi.StringOutput)
	}
	return &Certificate{
		CA:    pulumi.Unsecret(part(func(p *pair) string { return p.ca })).(pulumi.StringOutput),
		Chain: pulumi.Unsecret(part(func(p *pair) string { return p.chain })).(pulumi.StringOutput),
		Key:   part(func(p *pair) string { return p.key }),
	}, nil
}
