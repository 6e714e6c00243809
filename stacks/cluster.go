package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/aks"
	"github.com/plinth-iac/plinth/components/cluster/eks"
	"github.com/plinth-iac/plinth/components/cluster/existing"
	"github.com/plinth-iac/plinth/components/cluster/gke"
	"github.com/plinth-iac/plinth/stacks/config"
)

// clusters make the cluster of each cloud.
var clusters = map[config.Cloud]func(*pulumi.Context, *config.Config) (*cluster.Cluster, error){
	config.AWS: onEKS, config.GCP: onGKE, config.Azure: onAKS, config.Existing: onExisting,
}

// clusterName is the same on every cloud, as what is in the cluster must be.
const clusterName = "cluster"

// newCluster yields the cluster of the stack's cloud, and tells how to reach one that it made.
func newCluster(ctx *pulumi.Context, cfg *config.Config) (*cluster.Cluster, error) {
	c, err := clusters[cfg.Cloud](ctx, cfg)
	if err != nil || cfg.Cloud == config.Existing {
		return c, err
	}
	ctx.Export("kubeconfig", c.Kubeconfig)
	ctx.Export("registry", c.Services.Registry())
	return c, nil
}

func onEKS(ctx *pulumi.Context, cfg *config.Config) (*cluster.Cluster, error) {
	c, err := eks.New(ctx, clusterName, clusterArgs(cfg))
	if err != nil {
		return nil, err
	}
	return c.Cluster, nil
}

func onGKE(ctx *pulumi.Context, cfg *config.Config) (*cluster.Cluster, error) {
	c, err := gke.New(ctx, clusterName, clusterArgs(cfg))
	if err != nil {
		return nil, err
	}
	return c.Cluster, nil
}

func onAKS(ctx *pulumi.Context, cfg *config.Config) (*cluster.Cluster, error) {
	c, err := aks.New(ctx, clusterName, clusterArgs(cfg))
	if err != nil {
		return nil, err
	}
	return c.Cluster, nil
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
