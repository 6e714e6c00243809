package google_test

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/managed/google"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	instanceType = "gcp:sql/databaseInstance:DatabaseInstance"
	databaseType = "gcp:sql/database:Database"
	userType     = "gcp:sql/user:User"
	redisType    = "gcp:redis/instance:Instance"
	keyType      = "gcp:kms/cryptoKey:CryptoKey"
	grantType    = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
	endpointType = "gcp:compute/forwardingRule:ForwardingRule"
	subnetType   = "gcp:compute/subnetwork:Subnetwork"

	cloudPassword = "made-by-memorystore"
)

// environments are as the presets make them: over zones and protected, over zones, in one zone.
var environments = map[string]struct{ spread, protect bool }{
	"prod": {true, true}, "stage": {true, false}, "dev": {false, false},
}

type use = func(*pulumi.Context, managed.Services, pulumi.StringOutput) (*managed.Server, error)

// program makes services in an environment, and exports what use returns.
func program(t *testing.T, environment string, make use) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		provider, err := gcp.NewProvider(ctx, "gcp", &gcp.ProviderArgs{Project: pulumi.String("acme")})
		if err != nil {
			return err
		}
		self := &pulumi.ResourceState{}
		if err := ctx.RegisterComponentResource("test:index:Cluster", "cluster", self); err != nil {
			return err
		}
		ring, err := kms.NewKeyRing(ctx, "cluster-keys", &kms.KeyRingArgs{Location: pulumi.String("europe-west3")}, pulumi.Parent(self), pulumi.Provider(provider))
		if err != nil {
			return err
		}
		password, err := dataservice.NewRotatedPassword(ctx, "password", 0, pulumi.Parent(self), pulumi.Provider(mocks.Random(t, ctx)))
		if err != nil {
			return err
		}
		is := environments[environment]
		services := google.New(&google.Platform{
			Provider: provider, Parent: self, Name: "cluster", Project: "acme", Region: "europe-west3", Network: pulumi.String("networks/cluster"),
			Ranges:  []netip.Prefix{netip.MustParsePrefix("10.0.208.0/22"), netip.MustParsePrefix("10.0.212.0/22")},
			KeyRing: ring, Labels: pulumi.StringMap{"team": pulumi.String("imaging")}, Spread: is.spread, Protect: is.protect,
		})
		server, err := make(ctx, services, password)
		if err != nil {
			return err
		}
		ctx.Export("host", server.Host)
		ctx.Export("password", server.Password)
		ctx.Export("ca", server.CA)
		ctx.Export("range", pulumi.String(server.Range))
		return ctx.RegisterResourceOutputs(self, pulumi.Map{})
	}
}

// answers are what gcp would say.
func answers() []mocks.Option {
	certificates := []any{map[string]any{"cert": "PEM"}}
	return []mocks.Option{
		mocks.WithSecrets(cloudPassword),
		mocks.WithOutputs(instanceType, func(name string) map[string]any {
			return map[string]any{"name": name + "-1a2b", "pscServiceAttachmentLink": "attachments/" + name, "serverCaCerts": certificates}
		}),
		mocks.WithOutputs("gcp:compute/address:Address", func(string) map[string]any { return map[string]any{"address": "10.0.208.2", "selfLink": "addresses/x"} }),
		mocks.WithOutputs(subnetType, func(name string) map[string]any { return map[string]any{"selfLink": "subnetworks/" + name} }),
		mocks.WithOutputs("gcp:projects/serviceIdentity:ServiceIdentity", func(name string) map[string]any {
			return map[string]any{"email": "service-123456789@" + name + ".iam.gserviceaccount.com"}
		}),
		mocks.WithOutputs(redisType, func(string) map[string]any {
			return map[string]any{"host": "10.0.212.3", "authString": cloudPassword, "serverCaCerts": certificates}
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

func redis(protect bool) use {
	return func(ctx *pulumi.Context, services managed.Services, password pulumi.StringOutput) (*managed.Server, error) {
		return services.NewRedis(ctx, "redis", &managed.RedisArgs{
			Size: managed.Size{CPU: "100m", Memory: "1500Mi"}, Eviction: "allkeys-lru", Password: password, Protect: protect,
		})
	}
}

// everything makes one service of each kind, as protected as its environment.
func everything(t *testing.T, environment string) pulumi.RunFunc {
	return program(t, environment, func(ctx *pulumi.Context, services managed.Services, password pulumi.StringOutput) (*managed.Server, error) {
		protect := environments[environment].protect
		if _, err := redis(protect)(ctx, services, password); err != nil {
			return nil, err
		}
		return postgres(func(args *managed.PostgresArgs) { args.Protect = protect })(ctx, services, password)
	})
}
