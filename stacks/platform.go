package stacks

import (
	"fmt"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/stacks/config"
)

// Platform is the Pulumi program: it brings up what the stack file describes. A file with mistakes is refused with all of them,
// before any resource is registered.
func Platform(ctx *pulumi.Context) error { return With()(ctx) }

// With is Platform for a stack file that is understood with options.
func With(opts ...config.Option) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		cfg, err := config.Load(ctx, opts...)
		if err != nil {
			return err
		}
		return (&platform{cfg: cfg}).build(ctx)
	}
}

func (p *platform) build(ctx *pulumi.Context) (err error) {
	if p.cluster, err = newCluster(ctx, p.cfg); err != nil {
		return err
	}
	if p.random, err = random.NewProvider(ctx, "random", &random.ProviderArgs{}); err != nil {
		return fmt.Errorf("setting up random values: %w", err)
	}
	if err := p.chooseServices(ctx); err != nil {
		return err
	}
	if err := p.addPriorities(ctx); err != nil {
		return err
	}
	if err := p.addNamespaces(ctx); err != nil {
		return err
	}
	if err := p.addGateway(ctx); err != nil {
		return err
	}
	if err := p.addSecrets(ctx); err != nil {
		return err
	}
	if err := p.addDataServices(ctx); err != nil {
		return err
	}
	return p.addWorkloads(ctx)
}
