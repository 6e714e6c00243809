package eks_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/tests/mocks"
	"github.com/plinth-iac/plinth/tests/schemas"
)

// TestSchemas holds the cluster, a bucket and a grant to what aws takes.
func TestSchemas(t *testing.T) {
	t.Parallel()
	for name, environment := range environments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run mode) {
				schemas.Check(t, record(t, run, environment(), func(ctx *pulumi.Context, c *cluster.Cluster) error {
					if _, err := c.Services.NewBucket(ctx, "backup", &cluster.BucketArgs{KeepDays: 14}); err != nil {
						return err
					}
					return grant(cluster.Access{Zone: pulumi.String("Z123"), Write: true})(ctx, c)
				}))
			})
		})
	}
}
