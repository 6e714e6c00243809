package amazon_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/managed/amazon"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func TestPostgres(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, "prod", postgres(nil)), answers()...)
	assert.Equal(t, "postgres.1a2b.eu-central-1.rds.amazonaws.com", rec.Outputs["host"])
	assert.Equal(t, "10.0.208.0/20", rec.Outputs["range"])
	assert.IsType(t, mocks.Conceal(""), rec.Outputs["password"])

	db := rec.Get(t, instanceType, "postgres")
	assert.Equal(t, "db.m7g.large", db.At("instanceClass"))
	assert.Equal(t, "app", db.At("dbName"))
	assert.Equal(t, "plinth-prod-cluster-postgres", db.At("identifier"))
	assert.True(t, db.DeleteBeforeReplace, "two cannot have the same name")
	for _, log := range []string{"postgresql", "upgrade"} {
		logs := rec.Get(t, logsType, "postgres-"+log)
		assert.Equal(t, "/aws/rds/instance/plinth-prod-cluster-postgres/"+log, logs.At("name"))
		assert.Contains(t, db.Dependencies, logs.URN, "RDS would make it without a key")
	}
}

// TestUpgrade takes a server to another major version: the instance stays, with parameters of the new version beside the old ones.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	before := mocks.Up(t, program(t, "prod", postgres(func(args *managed.PostgresArgs) { args.Version = 16 })), answers()...)
	after := mocks.Up(t, program(t, "prod", postgres(nil)), answers()...)
	old, now := before.Get(t, instanceType, "postgres"), after.Get(t, instanceType, "postgres")
	assert.Equal(t, old.URN, now.URN)
	assert.Equal(t, []any{"16", "17"}, []any{old.At("engineVersion"), now.At("engineVersion")})
	assert.Equal(t, true, now.At("allowMajorVersionUpgrade"))
	assert.Equal(t, true, now.At("applyImmediately"))
	assert.Equal(t, "postgres16", before.Get(t, "aws:rds/parameterGroup:ParameterGroup", "postgres-16").At("family"))
	assert.Equal(t, "postgres17", after.Get(t, "aws:rds/parameterGroup:ParameterGroup", "postgres-17").At("family"))
	assert.Contains(t, strings.Join(now.PropertyDependencies["parameterGroupName"], " "), "::postgres-17")
}

func TestParameters(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, "dev", postgres(func(args *managed.PostgresArgs) {
		args.Parameters = map[string]string{"work_mem": "8192", "log_statement": "all"}
	})), answers()...)
	set := parameters(t, rec.Get(t, "aws:rds/parameterGroup:ParameterGroup", "postgres-17"))
	assert.Equal(t, "8192", set["work_mem"])
	assert.Equal(t, "all", set["log_statement"], "the stack file has the last word")
}

func TestRabbitMQ(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, "prod", func(ctx *pulumi.Context, services managed.Services, password pulumi.StringOutput) (*managed.Server, error) {
		return rabbitmq(ctx, services, password, false)
	}), answers()...)
	assert.Equal(t, "b-1a2b.mq.eu-central-1.amazonaws.com", rec.Outputs["host"])
	assert.Equal(t, "https://b-1a2b.mq.eu-central-1.amazonaws.com", rec.Outputs["admin"])
	assert.Equal(t, "mq.m7g.large", rec.Get(t, brokerType, "rabbitmq").At("hostInstanceType"), "the smaller one is for tests")
}

func TestSubnetsAreShared(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, everything(t, "prod"), answers()...)
	assert.Len(t, rec.ByType("plinth:amazon:Network"), 1)
	for _, typ := range []string{"aws:rds/subnetGroup:SubnetGroup", "aws:elasticache/subnetGroup:SubnetGroup"} {
		for _, group := range rec.ByType(typ) {
			assert.Len(t, group.PropertyDependencies["subnetIds"], 2)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*managed.PostgresArgs)
		want   string
	}{
		"version": {func(a *managed.PostgresArgs) { a.Version = 14 }, `plinth:postgres.version: found "14"`},
		"size":    {func(a *managed.PostgresArgs) { a.CPU = "65" }, "at most cpu 64 and memory 512Gi on aws, as db.r7g.16xlarge"},
		"storage": {func(a *managed.PostgresArgs) { a.Storage = "70Ti" }, "at most 65536Gi on aws"},
		"name":    {func(a *managed.PostgresArgs) { a.Database = "rdsadmin" }, `plinth:postgres.database: found "rdsadmin"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := mocks.Fail(t, program(t, "prod", postgres(test.change)), answers()...)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

// TestExistingNetwork is of one that says nothing of where there is room.
func TestExistingNetwork(t *testing.T) {
	t.Parallel()
	err := mocks.Fail(t, func(ctx *pulumi.Context) error {
		provider, err := aws.NewProvider(ctx, "aws", &aws.ProviderArgs{})
		if err != nil {
			return err
		}
		services := amazon.New(&amazon.Platform{Provider: provider, Parent: provider, Name: "cluster", AWSName: "x", Zones: []string{"a", "b"}})
		_, err = redis(ctx, services, pulumi.String("").ToStringOutput(), false)
		return err
	})
	require.ErrorContains(t, err, managed.ErrNoRange.Error())
	assert.ErrorContains(t, err, "plinth:cluster.network.existing.data")
}

func TestNames(t *testing.T) {
	t.Parallel()
	var refused error
	mocks.Up(t, program(t, "prod", func(ctx *pulumi.Context, services managed.Services, password pulumi.StringOutput) (*managed.Server, error) {
		_, refused = services.NewRedis(ctx, "a-name-that-is-much-too-long", &managed.RedisArgs{Size: managed.Size{Memory: "1Gi"}, Eviction: "noeviction", Password: password})
		return postgres(nil)(ctx, services, password)
	}), answers()...)
	require.ErrorContains(t, refused, "allowed are 40 characters")
	var problems *spec.Error
	assert.NotErrorAs(t, refused, &problems)
}
