package azure

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The resources of azure-native:dbforpostgresql and azure-native:cache are registered by their tokens: their Go packages cannot
// be had everywhere, and these are few. Inputs and enums are those of azure-native 2.92.0.
const (
	// The first API of Postgres that knows version 17, and the newest that azure-native 2.92.0 has.
	serverType        = "azure-native:dbforpostgresql/v20241101preview:Server"
	databaseType      = "azure-native:dbforpostgresql/v20241101preview:Database"
	configurationType = "azure-native:dbforpostgresql/v20241101preview:Configuration"
	redisType         = "azure-native:cache/v20250401:RedisEnterprise"
	redisDatabaseType = "azure-native:cache/v20250401:Database"
	redisKeysFunction = "azure-native:cache/v20250401:listDatabaseKeys"
)

// flexibleServer is an azure-native:dbforpostgresql:Server.
type flexibleServer struct {
	pulumi.CustomResourceState

	Name                     pulumi.StringOutput `pulumi:"name"`
	FullyQualifiedDomainName pulumi.StringOutput `pulumi:"fullyQualifiedDomainName"`
}

// redisCluster is an azure-native:cache:RedisEnterprise.
type redisCluster struct {
	pulumi.CustomResourceState

	Name     pulumi.StringOutput `pulumi:"name"`
	HostName pulumi.StringOutput `pulumi:"hostName"`
}

func register(ctx *pulumi.Context, token, name string, inputs pulumi.Map, into pulumi.CustomResource, opts []pulumi.ResourceOption) error {
	if err := ctx.RegisterResource(token, name, inputs, into, opts...); err != nil {
		return fmt.Errorf("making %s, a %s: %w", name, token, err)
	}
	return nil
}
