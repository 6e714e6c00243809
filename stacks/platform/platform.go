package platform

import (
	"fmt"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/stacks/config"
)

// On is the program that brings up what a stack file describes, on one of the clouds or in an existing cluster.
func On(clouds Clouds, opts ...config.Option) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		cfg, err := config.Load(ctx, opts...)
		if err != nil {
			return err
		}
		return (&platform{cfg: cfg, clouds: clouds}).build(ctx)
	}
}

func (p *platform) build(ctx *pulumi.Context) (err error) {
	if p.cluster, err = p.clouds.newCluster(ctx, p.cfg); err != nil {
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
	if err := p.addMonitoring(ctx); err != nil {
		return err
	}
	if err := p.addGateway(ctx); err != nil {
		return err
	}
	if err := p.addLogging(ctx); err != nil {
		return err
	}
	if err := p.addTracing(ctx); err != nil {
		return err
	}
	if err := p.addSecrets(ctx); err != nil {
		return err
	}
	if err := p.addAlerts(ctx); err != nil {
		return err
	}
	if err := p.addDashboards(ctx); err != nil {
		return err
	}
	if err := p.addDataServices(ctx); err != nil {
		return err
	}
	if err := p.addAutoscaling(ctx); err != nil {
		return err
	}
	return p.addWorkloads(ctx)
}
