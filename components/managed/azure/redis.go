package azure

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/spec"
)

// redisPort is Azure Managed Redis' own.
const redisPort = 10000

// evictions are what Azure calls Redis' policies.
var evictions = map[string]string{
	"noeviction": "NoEviction", "allkeys-lru": "AllKeysLRU", "allkeys-lfu": "AllKeysLFU",
	"volatile-lru": "VolatileLRU", "volatile-lfu": "VolatileLFU", "volatile-ttl": "VolatileTTL",
}

// redis is an Azure Managed Redis with what it needs.
type redis struct{ pulumi.ResourceState }

// NewRedis implements managed.Services with Azure Managed Redis. The password is one of its two access keys: the primary, and
// with every other rotation the secondary, so that the one not in use can be regenerated. With a private endpoint there is no other
// way to it.
func (s *services) NewRedis(ctx *pulumi.Context, name string, args *managed.RedisArgs, opts ...pulumi.ResourceOption) (*managed.Server, error) {
	var problems spec.Problems
	class := managed.Pick(spec.Path(name), "azure", "redis", args.Size, s.Spread, &problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	eviction, ok := evictions[args.Eviction]
	if !ok {
		return nil, fmt.Errorf("redis %s: found eviction %q, which Azure Managed Redis does not have; choose another", name, args.Eviction)
	}
	subnet, err := s.place(ctx)
	if err != nil {
		return nil, err
	}
	self := &redis{}
	if err := ctx.RegisterComponentResource("plinth:azure:Redis", name, self, opts...); err != nil {
		return nil, fmt.Errorf("registering redis %s: %w", name, err)
	}
	cluster, database, err := s.newCluster(ctx, name, class, eviction, args, self)
	if err != nil {
		return nil, err
	}
	if args.Protect {
		if err := s.Lock(name, cluster.ID(), self); err != nil {
			return nil, err
		}
	}
	endpoint, err := s.connect(ctx, name, "redisEnterprise", "privatelink.redis.azure.net", cluster.ID(), subnet, self)
	if err != nil {
		return nil, err
	}
	server := &managed.Server{
		Host: cluster.HostName, Port: redisPort, Password: s.accessKey(ctx, cluster, database, args.Rotation, self),
		Range: s.Range.String(), Resource: endpoint,
	}
	return server, ctx.RegisterResourceOutputs(self, pulumi.Map{"host": server.Host})
}

func (s *services) newCluster(
	ctx *pulumi.Context, name, class, eviction string, args *managed.RedisArgs, self pulumi.Resource,
) (*redisCluster, *pulumi.CustomResourceState, error) {
	encryption, err := s.newEncryption(ctx, name, self)
	if err != nil {
		return nil, nil, err
	}
	availability := "Disabled"
	if s.Spread {
		availability = "Enabled"
	}
	cluster := &redisCluster{}
	err = register(ctx, redisType, name, pulumi.Map{
		"resourceGroupName": s.Group, "location": pulumi.String(s.Region), "tags": s.Tags, "clusterName": s.Unique(name),
		"sku": pulumi.Map{"name": pulumi.String(class)}, "highAvailability": pulumi.String(availability), "minimumTlsVersion": pulumi.String("1.2"),
		"identity": pulumi.Map{"type": pulumi.String("UserAssigned"), "userAssignedIdentities": pulumi.StringArray{encryption.identity}},
		"encryption": pulumi.Map{"customerManagedKeyEncryption": pulumi.Map{
			"keyEncryptionKeyUrl": encryption.key,
			"keyEncryptionKeyIdentity": pulumi.Map{
				"identityType": pulumi.String("userAssignedIdentity"), "userAssignedIdentityResourceId": encryption.identity,
			},
		}},
	}, cluster, s.child(self, managed.LongChanges, pulumi.Protect(args.Protect), pulumi.DependsOn(append(args.After, encryption.access))))
	if err != nil {
		return nil, nil, err
	}
	database := &pulumi.CustomResourceState{}
	err = register(ctx, redisDatabaseType, name, pulumi.Map{
		"resourceGroupName": s.Group, "clusterName": cluster.Name, "databaseName": pulumi.String("default"), "port": pulumi.Int(redisPort),
		"clientProtocol": pulumi.String("Encrypted"), "accessKeysAuthentication": pulumi.String("Enabled"),
		// Clients that know nothing of clusters see one server.
		"clusteringPolicy": pulumi.String("EnterpriseCluster"), "evictionPolicy": pulumi.String(eviction),
		"persistence": pulumi.Map{"rdbEnabled": pulumi.Bool(true), "rdbFrequency": pulumi.String("1h"), "aofEnabled": pulumi.Bool(false)},
	}, database, s.child(self, managed.LongChanges, pulumi.Protect(args.Protect)))
	return cluster, database, err
}

// accessKey asks for the keys once the database is there.
func (s *services) accessKey(
	ctx *pulumi.Context, cluster *redisCluster, database *pulumi.CustomResourceState, rotation int, self pulumi.Resource,
) pulumi.StringOutput {
	key := pulumi.All(s.Group, cluster.Name, database.ID()).ApplyT(func(ids []any) (string, error) {
		args := struct {
			Group    string `pulumi:"resourceGroupName"`
			Cluster  string `pulumi:"clusterName"`
			Database string `pulumi:"databaseName"`
		}{ids[0].(string), ids[1].(string), "default"}
		var keys struct {
			Primary   string `pulumi:"primaryKey"`
			Secondary string `pulumi:"secondaryKey"`
		}
		if err := ctx.Invoke(redisKeysFunction, &args, &keys, pulumi.Parent(self), pulumi.Provider(s.Provider)); err != nil {
			return "", fmt.Errorf("asking for the access keys of %s: %w", args.Cluster, err)
		}
		if rotation%2 == 1 {
			return keys.Secondary, nil
		}
		return keys.Primary, nil
	})
	return pulumi.ToSecret(key).(pulumi.StringOutput)
}
