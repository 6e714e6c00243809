package aks_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/tests/mocks"
	"github.com/plinth-iac/plinth/tests/schemas"
)

// TestSchemas holds the cluster, its services and a grant to what azure-native takes.
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
					if err := dataServices(ctx, c.Services.Managed(), parent); err != nil {
						return err
					}
					return everything(ctx, c, parent)
				}))
			})
		})
	}
}

// dataServices are all that Azure runs.
func dataServices(ctx *pulumi.Context, services managed.Services, parent pulumi.ResourceOption) error {
	password := pulumi.ToSecret(pulumi.String("correct horse")).(pulumi.StringOutput)
	size := managed.Size{CPU: "2", Memory: "8Gi"}
	if _, err := services.NewPostgres(ctx, "postgres", &managed.PostgresArgs{
		Size: size, Storage: "100Gi", Version: 17, Database: "app", Password: password, Parameters: map[string]string{"work_mem": "8192"}, Protect: true,
	}, parent); err != nil {
		return err
	}
	_, err := services.NewRedis(ctx, "redis", &managed.RedisArgs{Size: size, Eviction: "noeviction", Password: password}, parent)
	return err
}
