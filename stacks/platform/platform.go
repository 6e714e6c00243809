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
	for _, step := range []func(*pulumi.Context) error{
		p.chooseServices, p.addPriorities, p.addNamespaces, p.addMonitoring, p.addGateway, p.addLogging, p.addTracing, p.addSecrets,
		p.addAlerts, p.addDashboards, p.addDataServices, p.addAutoscaling, p.addWorkloads,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}
