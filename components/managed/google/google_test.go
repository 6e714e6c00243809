package google_test

import (
	"testing"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/managed/google"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func TestPostgres(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, "prod", postgres(nil)), answers()...)
	assert.Equal(t, map[string]any{
		"host": "10.0.208.2", "ca": "PEM", "range": "10.0.208.0/22", "password": rec.Outputs["password"],
	}, rec.Outputs)
	assert.IsType(t, mocks.Conceal(""), rec.Outputs["password"])

	db := rec.Get(t, instanceType, "postgres")
	assert.Equal(t, "db-custom-2-13312", db.At("settings.tier"))
	endpoint := rec.Get(t, endpointType, "postgres")
	assert.Equal(t, "attachments/postgres", endpoint.At("target"))
	assert.Equal(t, "", endpoint.At("loadBalancingScheme"))
	assert.Empty(t, rec.ByType("gcp:servicenetworking/connection:Connection"), "its peering outlives a destroy")

	for typ, name := range map[string]string{databaseType: "app", userType: "app"} {
		res := rec.Get(t, typ, "postgres")
		assert.Equal(t, name, res.At("name"))
		assert.Equal(t, "postgres-1a2b", res.At("instance"))
		assert.Equal(t, "ABANDON", res.At("deletionPolicy"), "a user that owns anything cannot be deleted")
	}
}

// TestUpgrade takes a server to another major version: nothing but the version changes.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	before := mocks.Up(t, program(t, "prod", postgres(func(args *managed.PostgresArgs) { args.Version = 16 })), answers()...)
	after := mocks.Up(t, program(t, "prod", postgres(nil)), answers()...)
	assert.Equal(t, before.Names(), after.Names())
	old, now := before.Get(t, instanceType, "postgres"), after.Get(t, instanceType, "postgres")
	assert.Equal(t, []any{"POSTGRES_16", "POSTGRES_17"}, []any{old.At("databaseVersion"), now.At("databaseVersion")})
	assert.Equal(t, old.At("settings"), now.At("settings"))
}

func TestRedis(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, "prod", redis(false)), answers()...)
	assert.Equal(t, "10.0.212.0/29", rec.Outputs["range"])
	password := rec.Outputs["password"].(mocks.Secret)
	assert.Equal(t, mocks.Conceal(cloudPassword), password, "Memorystore makes it")
	instance := rec.Get(t, redisType, "redis")
	assert.EqualValues(t, 2, instance.At("memorySizeGb"), "whole GiB, rounded up")
	assert.Equal(t, map[string]any{"maxmemory-policy": "allkeys-lru"}, instance.At("redisConfigs"))
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		use  use
		want []string
	}{
		"version": {postgres(func(a *managed.PostgresArgs) { a.Version = 19 }), []string{"15, 16, 17, 18 on gcp", "use 18, the nearest"}},
		"size":    {postgres(func(a *managed.PostgresArgs) { a.CPU = "97" }), []string{"as db-custom-96-638976"}},
		"rabbitmq": {func(ctx *pulumi.Context, services managed.Services, _ pulumi.StringOutput) (*managed.Server, error) {
			return services.NewRabbitMQ(ctx, "rabbitmq", &managed.RabbitMQArgs{})
		}, []string{`plinth:rabbitmq.mode: found "managed"`, "gcp, which has no RabbitMQ of its own", "use mode: ha"}},
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
	for name, make := range map[string]use{"postgres": postgres(nil), "redis": redis(false)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := mocks.Fail(t, func(ctx *pulumi.Context) error {
				provider, err := gcp.NewProvider(ctx, "gcp", &gcp.ProviderArgs{})
				if err != nil {
					return err
				}
				services := google.New(&google.Platform{Provider: provider, Parent: provider, Name: "cluster"})
				_, err = make(ctx, services, pulumi.String("").ToStringOutput())
				return err
			})
			require.ErrorContains(t, err, "plinth:cluster.network.existing.data")
		})
	}
}
