package eks_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/tests/mocks"
	"github.com/plinth-iac/plinth/tests/schemas"
)

// TestSchemas holds the cluster, its services and a grant to what aws takes.
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
					if err := dataServices(ctx, c.Services.Managed()); err != nil {
						return err
					}
					return grant(cluster.Access{Zone: pulumi.String("Z123"), Write: true})(ctx, c)
				}))
			})
		})
	}
}

// dataServices are all that aws runs.
func dataServices(ctx *pulumi.Context, services managed.Services) error {
	password := pulumi.ToSecret(pulumi.String("correct horse")).(pulumi.StringOutput)
	size := managed.Size{CPU: "2", Memory: "8Gi"}
	if _, err := services.NewPostgres(ctx, "postgres", &managed.PostgresArgs{
		Size: size, Storage: "100Gi", Version: 17, Database: "app", Password: password, Parameters: map[string]string{"work_mem": "8192"}, Protect: true,
	}); err != nil {
		return err
	}
	if _, err := services.NewRedis(ctx, "redis", &managed.RedisArgs{Size: size, Eviction: "noeviction", Password: password}); err != nil {
		return err
	}
	_, err := services.NewRabbitMQ(ctx, "rabbitmq", &managed.RabbitMQArgs{Size: size, Username: "admin", Password: password})
	return err
}
