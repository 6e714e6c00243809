package azure_test

import (
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/managed/azure"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func TestPostgres(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, "prod", postgres(nil)), answers()...)
	assert.Equal(t, "postgres-1a2b.postgres.database.azure.com", rec.Outputs["host"])
	assert.EqualValues(t, 5432, rec.Outputs["port"])
	assert.IsType(t, mocks.Conceal(""), rec.Outputs["password"])
	db := rec.Get(t, serverType, "postgres")
	assert.Equal(t, map[string]any{"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"}, db.At("sku"))
	assert.Equal(t, []any{"17", "app"}, []any{db.At("version"), db.At("administratorLogin")})
	assert.Equal(t, map[string]any{"postgres-identity-id": map[string]any{}}, db.At("identity.userAssignedIdentities"))
	assert.Equal(t, "app", rec.Get(t, databaseType, "postgres").At("databaseName"))
}

// TestOneAtATime: a server takes one change at a time, so that each setting waits for the one before.
func TestOneAtATime(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, "dev", postgres(func(a *managed.PostgresArgs) { a.Parameters = map[string]string{"work_mem": "8192"} })), answers()...)
	settings := rec.ByType(settingType)
	require.Len(t, settings, 7)
	before := rec.Get(t, databaseType, "postgres")
	for _, setting := range settings { // in the order of their names
		assert.True(t, slices.Contains(setting.Dependencies, before.URN), "%s does not wait for %s", setting.Name, before.Name)
		before = setting
	}
	assert.Equal(t, map[string]any{"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"}, rec.Get(t, serverType, "postgres").At("sku"))
}

// TestBurstable: the small classes take no standby.
func TestBurstable(t *testing.T) {
	t.Parallel()
	small := postgres(func(a *managed.PostgresArgs) { a.Size = managed.Size{CPU: "250m", Memory: "512Mi"} })
	for environment, want := range map[string]string{"dev": "Standard_B2s", "stage": "Standard_D2ds_v5"} {
		rec := mocks.Up(t, program(t, environment, small), answers()...)
		assert.Equal(t, want, rec.Get(t, serverType, "postgres").At("sku.name"))
	}
}

// TestUpgrade takes a server to another major version: nothing but the version changes.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	before := mocks.Up(t, program(t, "prod", postgres(func(args *managed.PostgresArgs) { args.Version = 16 })), answers()...)
	after := mocks.Up(t, program(t, "prod", postgres(nil)), answers()...)
	assert.Equal(t, before.Names(), after.Names())
	assert.Equal(t, []any{"16", "17"}, []any{before.Get(t, serverType, "postgres").At("version"), after.Get(t, serverType, "postgres").At("version")})
}

func TestRedis(t *testing.T) {
	t.Parallel()
	for rotation, key := range map[int]string{0: primaryKey, 1: secondaryKey, 2: primaryKey} {
		rec := mocks.Up(t, program(t, "prod", redis(rotation, false)), answers()...)
		assert.Equal(t, mocks.Conceal(key), rec.Outputs["password"], "Azure makes two, used in turn")
		assert.Equal(t, "redis-1a2b.westeurope.redis.azure.net", rec.Outputs["host"])
		assert.Equal(t, "Balanced_B1", rec.Get(t, redisType, "redis").At("sku.name"))
		database := rec.Get(t, redisDBType, "redis")
		assert.Equal(t, []any{"AllKeysLRU", "EnterpriseCluster", "default"}, []any{
			database.At("evictionPolicy"), database.At("clusteringPolicy"), database.At("databaseName"),
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		use  use
		want []string
	}{
		"version": {postgres(func(a *managed.PostgresArgs) { a.Version = 18 }), []string{"15, 16, 17 on azure", "use 17, the nearest"}},
		"size":    {postgres(func(a *managed.PostgresArgs) { a.Memory = "700Gi" }), []string{"memory 672Gi on azure, as Standard_E96ds_v5"}},
		"name":    {postgres(func(a *managed.PostgresArgs) { a.Database = "azure_superuser" }), []string{`plinth:postgres.database: found "azure_superuser"`}},
		"rabbitmq": {func(ctx *pulumi.Context, services managed.Services, _ pulumi.StringOutput) (*managed.Server, error) {
			return services.NewRabbitMQ(ctx, "rabbitmq", &managed.RabbitMQArgs{})
		}, []string{`plinth:rabbitmq.mode: found "managed"`, "azure, which has no RabbitMQ of its own", "use mode: ha"}},
		"eviction": {func(ctx *pulumi.Context, services managed.Services, _ pulumi.StringOutput) (*managed.Server, error) {
			return services.NewRedis(ctx, "redis", &managed.RedisArgs{Eviction: "random"})
		}, []string{`found eviction "random"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := mocks.Fail(t, program(t, "prod", test.use), answers()...)
			for _, want := range test.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}

// TestExistingNetwork is of one that says nothing of where there is room.
func TestExistingNetwork(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]use{"postgres": postgres(nil), "redis": redis(0, false)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := mocks.Fail(t, func(ctx *pulumi.Context) error {
				p, _, err := platform(ctx, "prod")
				if err != nil {
					return err
				}
				_, err = make(ctx, azure.New(p), pulumi.String("").ToStringOutput())
				return err
			})
			require.ErrorContains(t, err, "plinth:cluster.network.existing.data")
		})
	}
}
