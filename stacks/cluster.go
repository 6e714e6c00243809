package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/existing"
	"github.com/plinth-iac/plinth/stacks/config"
)

// newCluster yields the cluster of the stack's cloud.
func newCluster(ctx *pulumi.Context, cfg *config.Config) (*cluster.Cluster, error) {
	c, err := existing.New(ctx, "cluster", &existing.Args{
		Identifier: ctx.Project() + "-" + ctx.Stack(),
		Kubeconfig: cfg.Cluster.Kubeconfig,
		Context:    cfg.Cluster.Context,
	})
	if err != nil {
		return nil, err
	}
	return c.Cluster, nil
}
