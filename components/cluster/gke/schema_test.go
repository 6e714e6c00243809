package gke

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/tests/mocks"
	"github.com/plinth-iac/plinth/tests/schemas"
)

// TestSchemas holds the cluster, its services and a grant to what gcp takes.
func TestSchemas(t *testing.T) {
	t.Parallel()
	for name, args := range environments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				schemas.Check(t, run(t, program(args()), answers()...))
			})
		})
	}
	t.Run("services", func(t *testing.T) {
		t.Parallel()
		schemas.Check(t, mocks.Up(t, inCluster(func(ctx *pulumi.Context, services cluster.Services, opts ...pulumi.ResourceOption) error {
			bucket, err := services.NewBucket(ctx, "backups", &cluster.BucketArgs{KeepDays: 30}, opts...)
			if err != nil {
				return err
			}
			if err := dataServices(ctx, services.Managed(), opts...); err != nil {
				return err
			}
			_, err = services.Grant(ctx, "it", &cluster.GrantArgs{Namespace: "data", ServiceAccount: "postgres", Access: []cluster.Access{
				{Bucket: bucket}, {Secret: pulumi.String("prod-*")}, {Zone: pulumi.String("med-example"), Write: true}, {Key: pulumi.String("k")},
			}}, opts...)
			return err
		}), answers()...))
	})
}

// dataServices are all that gcp runs.
func dataServices(ctx *pulumi.Context, services managed.Services, opts ...pulumi.ResourceOption) error {
	password := pulumi.ToSecret(pulumi.String("correct horse")).(pulumi.StringOutput)
	size := managed.Size{CPU: "2", Memory: "8Gi"}
	if _, err := services.NewPostgres(ctx, "postgres", &managed.PostgresArgs{
		Size: size, Storage: "100Gi", Version: 17, Database: "app", Password: password, Parameters: map[string]string{"work_mem": "8192"}, Protect: true,
	}, opts...); err != nil {
		return err
	}
	_, err := services.NewRedis(ctx, "redis", &managed.RedisArgs{Size: size, Eviction: "noeviction", Password: password}, opts...)
	return err
}
