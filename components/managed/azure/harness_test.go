package azure_test

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi-azure-native-sdk/resources/v2"
	native "github.com/pulumi/pulumi-azure-native-sdk/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/managed/azure"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	serverType   = "azure-native:dbforpostgresql/v20241101preview:Server"
	databaseType = "azure-native:dbforpostgresql/v20241101preview:Database"
	settingType  = "azure-native:dbforpostgresql/v20241101preview:Configuration"
	redisType    = "azure-native:cache/v20250401:RedisEnterprise"
	redisDBType  = "azure-native:cache/v20250401:Database"
	endpointType = "azure-native:network:PrivateEndpoint"
	zoneType     = "azure-native:network:PrivateZone"
	lockType     = "azure-native:authorization:ManagementLockByScope"
	grantType    = "azure-native:authorization:RoleAssignment"

	primaryKey, secondaryKey = "primary-key-of-redis", "secondary-key-of-redis"
	vnet                     = "/subscriptions/1/resourceGroups/net-group/providers/Microsoft.Network/virtualNetworks/cluster-network"
)

// environments are as the presets make them: over zones and protected, over zones, in one zone.
var environments = map[string]struct{ spread, protect bool }{
	"prod": {true, true}, "stage": {true, false}, "dev": {false, false},
}

type use = func(*pulumi.Context, managed.Services, pulumi.StringOutput) (*managed.Server, error)

// vault plays the cluster's vault and locks.
type vault struct {
	ctx    *pulumi.Context
	parent pulumi.Resource
	opts   []pulumi.ResourceOption
}

func (v vault) New(name string) (pulumi.StringOutput, error) {
	return pulumi.String("https://vault.example/keys/" + name + "/1").ToStringOutput(), nil
}

func (v vault) Grant(name string, principal pulumi.StringInput, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	grant := &pulumi.CustomResourceState{}
	return grant, v.ctx.RegisterResource(grantType, name, pulumi.Map{"principal": principal}, grant, opts...)
}

func (v vault) lock(name string, scope pulumi.IDOutput, parent pulumi.Resource) error {
	lock := &pulumi.CustomResourceState{}
	return v.ctx.RegisterResource(lockType, name, pulumi.Map{"scope": scope}, lock, append(v.opts, pulumi.Parent(parent))...)
}

// platform is a cluster without a range for data services.
func platform(ctx *pulumi.Context, environment string) (*azure.Platform, pulumi.Resource, error) {
	provider, err := native.NewProvider(ctx, "azure", &native.ProviderArgs{})
	if err != nil {
		return nil, nil, err
	}
	self := &pulumi.ResourceState{}
	if err := ctx.RegisterComponentResource("test:index:Cluster", "cluster", self); err != nil {
		return nil, nil, err
	}
	group, err := resources.NewResourceGroup(ctx, "cluster-group", &resources.ResourceGroupArgs{}, pulumi.Parent(self), pulumi.Provider(provider))
	if err != nil {
		return nil, nil, err
	}
	is, keys := environments[environment], vault{ctx, self, []pulumi.ResourceOption{pulumi.Provider(provider)}}
	return &azure.Platform{
		Provider: provider, Parent: self, Name: "cluster", Region: "westeurope", Group: group.Name, VNet: pulumi.String(vnet),
		Nodes: "10.0.0.0/18", Tags: pulumi.StringMap{"team": pulumi.String("imaging")}, Spread: is.spread, Protect: is.protect,
		Keys: keys, Lock: keys.lock,
		Unique: func(name string) pulumi.StringOutput { return pulumi.String("p" + name + "1a2b").ToStringOutput() },
	}, self, nil
}

// program makes services in an environment, and exports what use returns.
func program(t *testing.T, environment string, make use) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		p, self, err := platform(ctx, environment)
		if err != nil {
			return err
		}
		p.Range = netip.MustParsePrefix("10.0.208.0/20")
		password, err := dataservice.NewRotatedPassword(ctx, "password", 0, pulumi.Parent(self), pulumi.Provider(mocks.Random(t, ctx)))
		if err != nil {
			return err
		}
		server, err := make(ctx, azure.New(p), password)
		if err != nil {
			return err
		}
		if server.CA != nil {
			return errors.New("a CA was given, and Azure's certificates are of public authorities")
		}
		ctx.Export("host", server.Host)
		ctx.Export("password", server.Password)
		ctx.Export("port", pulumi.Int(server.Port))
		ctx.Export("range", pulumi.String(server.Range))
		return ctx.RegisterResourceOutputs(self, pulumi.Map{})
	}
}

// answers are what Azure would say.
func answers() []mocks.Option {
	named := func(name string) map[string]any { return map[string]any{"name": name + "-1a2b"} }
	return []mocks.Option{
		mocks.WithSecrets(primaryKey, secondaryKey),
		mocks.WithFunction("azure-native:cache/v20250401:listDatabaseKeys", map[string]any{"primaryKey": primaryKey, "secondaryKey": secondaryKey}),
		mocks.WithOutputs("azure-native:resources:ResourceGroup", named),
		mocks.WithOutputs(endpointType, named),
		mocks.WithOutputs(zoneType, named),
		mocks.WithOutputs("azure-native:managedidentity:UserAssignedIdentity", func(name string) map[string]any {
			return map[string]any{"principalId": name + "-principal"}
		}),
		mocks.WithOutputs(serverType, func(name string) map[string]any {
			return map[string]any{"name": name + "-1a2b", "fullyQualifiedDomainName": name + "-1a2b.postgres.database.azure.com"}
		}),
		mocks.WithOutputs(redisType, func(name string) map[string]any {
			return map[string]any{"name": name + "-1a2b", "hostName": name + "-1a2b.westeurope.redis.azure.net"}
		}),
	}
}

func postgres(change func(*managed.PostgresArgs)) use {
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

func redis(rotation int, protect bool) use {
	return func(ctx *pulumi.Context, services managed.Services, password pulumi.StringOutput) (*managed.Server, error) {
		return services.NewRedis(ctx, "redis", &managed.RedisArgs{
			Size: managed.Size{CPU: "100m", Memory: "1Gi"}, Eviction: "allkeys-lru", Password: password, Rotation: rotation, Protect: protect,
		})
	}
}

// everything makes one service of each kind, as protected as its environment.
func everything(t *testing.T, environment string) pulumi.RunFunc {
	return program(t, environment, func(ctx *pulumi.Context, services managed.Services, password pulumi.StringOutput) (*managed.Server, error) {
		protect := environments[environment].protect
		if _, err := redis(0, protect)(ctx, services, password); err != nil {
			return nil, err
		}
		return postgres(func(args *managed.PostgresArgs) { args.Protect = protect })(ctx, services, password)
	})
}
