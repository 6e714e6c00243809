package platform

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/existing"
	"github.com/plinth-iac/plinth/stacks/config"
)

// Clouds make the cluster of each cloud that a program knows.
type Clouds map[config.Cloud]func(ctx *pulumi.Context, name string, args *cluster.Args) (*cluster.Cluster, error)

// clusterName is the same on every cloud, as what is in the cluster must be.
const clusterName = "cluster"

// newCluster yields the cluster of the stack's cloud, and tells how to reach one that it made.
func (clouds Clouds) newCluster(ctx *pulumi.Context, cfg *config.Config) (*cluster.Cluster, error) {
	if cfg.Cloud == config.Existing {
		return onExisting(ctx, cfg)
	}
	create, known := clouds[cfg.Cloud]
	if !known {
		return nil, fmt.Errorf("plinth:cloud: found %s, allowed in this program is one of %v: add it to its platform.Clouds, or run stacks.Platform, which has all",
			cfg.Cloud, append(slices.Sorted(maps.Keys(clouds)), config.Existing))
	}
	c, err := create(ctx, clusterName, clusterArgs(cfg))
	if err != nil {
		return nil, err
	}
	ctx.Export("kubeconfig", c.Kubeconfig)
	ctx.Export("registry", c.Services.Registry())
	return c, nil
}

func onExisting(ctx *pulumi.Context, cfg *config.Config) (*cluster.Cluster, error) {
	c, err := existing.New(ctx, clusterName, &existing.Args{
		Identifier: ctx.Project() + "-" + ctx.Stack(),
		Kubeconfig: cfg.Cluster.Kubeconfig,
		Context:    cfg.Cluster.Context,
	})
	if err != nil {
		return nil, err
	}
	return c.Cluster, nil
}

func clusterArgs(cfg *config.Config) *cluster.Args {
	return &cluster.Args{
		Spec: cfg.Cluster.Spec, Region: cfg.Region, Protect: cfg.Protected(), NATPerZone: cfg.Environment == config.Prod,
		Admins: cfg.Cluster.Admins.Of(string(cfg.Cloud)), Repositories: cfg.Cluster.Registry.Repositories, KeepImages: cfg.Cluster.Registry.KeepImages,
		Tags: cfg.Tags, Charts: cfg.Charts,
	}
}
