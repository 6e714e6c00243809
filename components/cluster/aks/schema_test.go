package aks_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/tests/mocks"
	"github.com/plinth-iac/plinth/tests/schemas"
)

// TestSchemas holds the cluster, a bucket and a grant to what azure-native takes.
func TestSchemas(t *testing.T) {
	t.Parallel()
	everything := grant(func(b *cluster.Bucket) []cluster.Access {
		return []cluster.Access{{Bucket: b}, {Secret: pulumi.String(secretID)}, {Zone: pulumi.String(zoneID)}, {Key: pulumi.String(vaultID + "/keys/k")}}
	}, nil)
	for name, environment := range environments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run mode) {
				schemas.Check(t, record(t, run, environment(), func(ctx *pulumi.Context, c *cluster.Cluster, parent pulumi.ResourceOption) error {
					if _, err := c.Services.NewBucket(ctx, "old", &cluster.BucketArgs{KeepDays: 14, Protect: true}, parent); err != nil {
						return err
					}
					return everything(ctx, c, parent)
				}))
			})
		})
	}
}
