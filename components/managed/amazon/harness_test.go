package amazon_test

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/managed/amazon"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	instanceType = "aws:rds/instance:Instance"
	groupType    = "aws:elasticache/replicationGroup:ReplicationGroup"
	brokerType   = "aws:mq/broker:Broker"
	firewallType = "aws:ec2/securityGroup:SecurityGroup"
	logsType     = "aws:cloudwatch/logGroup:LogGroup"
	subnetType   = "aws:ec2/subnet:Subnet"

	dataKey = "arn:aws:kms:eu-central-1:111122223333:key/data"
	logKey  = "arn:aws:kms:eu-central-1:111122223333:key/control"
)

// environments are as the presets make them: over zones and protected, over zones, in one zone.
var environments = map[string]struct{ spread, protect bool }{
	"prod": {true, true}, "stage": {true, false}, "dev": {false, false},
}

// program makes services in an environment, and exports what use returns.
func program(t *testing.T, environment string, use func(*pulumi.Context, managed.Services, pulumi.StringOutput) (*managed.Server, error)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		provider, err := aws.NewProvider(ctx, "aws", &aws.ProviderArgs{Region: pulumi.String("eu-central-1")})
		if err != nil {
			return err
		}
		self := &pulumi.ResourceState{}
		if err := ctx.RegisterComponentResource("test:index:Cluster", "cluster", self); err != nil {
			return err
		}
		password, err := dataservice.NewRotatedPassword(ctx, "password", 0, pulumi.Parent(self), pulumi.Provider(mocks.Random(t, ctx)))
		if err != nil {
			return err
		}
		is := environments[environment]
		services := amazon.New(&amazon.Platform{
			Provider: provider, Parent: self, Name: "cluster", AWSName: "plinth-" + environment + "-cluster", VPC: pulumi.String("vpc-1"),
			Zones: []string{"euc1-az1", "euc1-az2"}, Range: netip.MustParsePrefix("10.0.208.0/20"),
			Ranges: []netip.Prefix{netip.MustParsePrefix("10.0.208.0/22"), netip.MustParsePrefix("10.0.212.0/22"), netip.MustParsePrefix("10.0.216.0/22")},
			Nodes:  pulumi.String("sg-nodes"), DataKey: pulumi.String(dataKey), LogKey: pulumi.String(logKey), Spread: is.spread, Protect: is.protect,
		})
		server, err := use(ctx, services, password)
		if err != nil {
			return err
		}
		ctx.Export("host", server.Host)
		ctx.Export("password", server.Password)
		if server.AdminPort > 0 {
			ctx.Export("admin", server.Admin)
		}
		ctx.Export("range", pulumi.String(server.Range))
		return ctx.RegisterResourceOutputs(self, pulumi.Map{})
	}
}

// answers are what aws would say.
func answers() []mocks.Option {
	return []mocks.Option{
		mocks.WithOutputs(instanceType, func(name string) map[string]any {
			return map[string]any{"address": name + ".1a2b.eu-central-1.rds.amazonaws.com"}
		}),
		mocks.WithOutputs(groupType, func(name string) map[string]any {
			return map[string]any{"primaryEndpointAddress": "master." + name + ".1a2b.euc1.cache.amazonaws.com"}
		}),
		mocks.WithOutputs(brokerType, func(string) map[string]any {
			return map[string]any{"instances": []any{map[string]any{
				"endpoints":  []any{"amqps://b-1a2b.mq.eu-central-1.amazonaws.com:5671"},
				"consoleUrl": "https://b-1a2b.mq.eu-central-1.amazonaws.com",
			}}}
		}),
	}
}

func postgres(change func(*managed.PostgresArgs)) func(*pulumi.Context, managed.Services, pulumi.StringOutput) (*managed.Server, error) {
	return func(ctx *pulumi.Context, services managed.Services, password pulumi.StringOutput) (*managed.Server, error) {
		args := &managed.PostgresArgs{
			Size: managed.Size{CPU: "2", Memory: "8Gi"}, Storage: "100Gi", Version: 17, Database: "app", Password: password,
		}
		if change != nil {
			change(args)
		}
		return services.NewPostgres(ctx, "postgres", args)
	}
}

func redis(ctx *pulumi.Context, services managed.Services, password pulumi.StringOutput, protect bool) (*managed.Server, error) {
	return services.NewRedis(ctx, "redis", &managed.RedisArgs{
		Size: managed.Size{CPU: "100m", Memory: "1Gi"}, Eviction: "allkeys-lru", Password: password, Protect: protect,
	})
}

func rabbitmq(ctx *pulumi.Context, services managed.Services, password pulumi.StringOutput, protect bool) (*managed.Server, error) {
	return services.NewRabbitMQ(ctx, "rabbitmq", &managed.RabbitMQArgs{
		Size: managed.Size{CPU: "250m", Memory: "512Mi"}, Username: "plinth", Password: password, Protect: protect,
	})
}

// everything makes one service of each kind, as protected as its environment.
func everything(t *testing.T, environment string) pulumi.RunFunc {
	return program(t, environment, func(ctx *pulumi.Context, services managed.Services, password pulumi.StringOutput) (*managed.Server, error) {
		protect := environments[environment].protect
		if _, err := redis(ctx, services, password, protect); err != nil {
			return nil, err
		}
		if _, err := rabbitmq(ctx, services, password, protect); err != nil {
			return nil, err
		}
		return postgres(func(args *managed.PostgresArgs) { args.Protect = protect })(ctx, services, password)
	})
}

// parameters are those of a parameter group, by name.
func parameters(t *testing.T, res *mocks.Resource) map[string]any {
	t.Helper()
	list, ok := res.Inputs["parameters"].([]any)
	require.True(t, ok, "%s has no parameters", res.Name)
	found := map[string]any{}
	for _, p := range list {
		found[p.(map[string]any)["name"].(string)] = p.(map[string]any)["value"]
	}
	return found
}
