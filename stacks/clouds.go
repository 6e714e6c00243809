package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/aks"
	"github.com/plinth-iac/plinth/components/cluster/eks"
	"github.com/plinth-iac/plinth/components/cluster/gke"
	"github.com/plinth-iac/plinth/stacks/config"
	"github.com/plinth-iac/plinth/stacks/platform"
)

// clouds make the cluster of each cloud.
var clouds = platform.Clouds{config.AWS: onEKS, config.GCP: onGKE, config.Azure: onAKS}

func onEKS(ctx *pulumi.Context, name string, args *cluster.Args) (*cluster.Cluster, error) {
	c, err := eks.New(ctx, name, args)
	if err != nil {
		return nil, err
	}
	return c.Cluster, nil
}

func onGKE(ctx *pulumi.Context, name string, args *cluster.Args) (*cluster.Cluster, error) {
	c, err := gke.New(ctx, name, args)
	if err != nil {
		return nil, err
	}
	return c.Cluster, nil
}

func onAKS(ctx *pulumi.Context, name string, args *cluster.Args) (*cluster.Cluster, error) {
	c, err := aks.New(ctx, name, args)
	if err != nil {
		return nil, err
	}
	return c.Cluster, nil
}
