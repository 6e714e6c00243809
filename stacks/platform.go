package stacks

import (
	"fmt"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/stacks/config"
)

// Platform is the Pulumi program: it brings up what the stack file describes. A file with mistakes is refused with all of them,
// before any resource is registered.
func Platform(ctx *pulumi.Context) error {
	cfg, err := config.Load(ctx)
	if err != nil {
		return err
	}
	p := &platform{cfg: cfg}

	if p.cluster, err = newCluster(ctx, cfg); err != nil {
		return err
	}
	if p.random, err = random.NewProvider(ctx, "random", &random.ProviderArgs{}); err != nil {
		return fmt.Errorf("setting up random values: %w", err)
	}
	if err := p.addPriorities(ctx); err != nil {
		return err
	}
	if err := p.addNamespaces(ctx); err != nil {
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
