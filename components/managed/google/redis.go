package google

import (
	"fmt"
	"net/netip"

	gcpredis "github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/redis"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/spec"
)

const (
	// redisPort is Memorystore's for TLS.
	redisPort = 6378
	// redisBits is the size of range that Memorystore takes.
	redisBits = 29
)

// redis is an instance of Memorystore with what it needs.
type redis struct{ pulumi.ResourceState }

// NewRedis implements managed.Services with Memorystore for Redis. The password is Memorystore's own.
func (s *services) NewRedis(ctx *pulumi.Context, name string, args *managed.RedisArgs, opts ...pulumi.ResourceOption) (*managed.Server, error) {
	var problems spec.Problems
	gib := managed.Gigabytes(spec.Path(name), args.Size, &problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if len(s.Ranges) < 2 {
		return nil, managed.ErrNoRange
	}
	self := &redis{}
	if err := ctx.RegisterComponentResource("plinth:google:Redis", name, self, opts...); err != nil {
		return nil, fmt.Errorf("registering redis %s: %w", name, err)
	}
	key, grant, err := s.newKey(ctx, name, "redis", args.Protect, self)
	if err != nil {
		return nil, err
	}
	tier := "BASIC"
	if s.Spread {
		tier = "STANDARD_HA"
	}
	addresses := netip.PrefixFrom(s.Ranges[1].Addr(), redisBits).String()
	instance, err := gcpredis.NewInstance(ctx, name, &gcpredis.InstanceArgs{
		Project: pulumi.String(s.Project), Region: pulumi.String(s.Region), Labels: s.Labels,
		Tier: pulumi.String(tier), MemorySizeGb: pulumi.Int(gib), RedisVersion: pulumi.String("REDIS_7_2"),
		RedisConfigs:      pulumi.StringMap{"maxmemory-policy": pulumi.String(args.Eviction)},
		AuthorizedNetwork: s.Network, ConnectMode: pulumi.String("DIRECT_PEERING"), ReservedIpRange: pulumi.String(addresses),
		AuthEnabled: pulumi.Bool(true), TransitEncryptionMode: pulumi.String("SERVER_AUTHENTICATION"), CustomerManagedKey: key.ID(),
		PersistenceConfig: gcpredis.InstancePersistenceConfigArgs{
			PersistenceMode: pulumi.String("RDB"), RdbSnapshotPeriod: pulumi.String("ONE_HOUR"),
		},
		MaintenancePolicy: gcpredis.InstanceMaintenancePolicyArgs{
			WeeklyMaintenanceWindows: gcpredis.InstanceMaintenancePolicyWeeklyMaintenanceWindowArray{
				gcpredis.InstanceMaintenancePolicyWeeklyMaintenanceWindowArgs{
					Day:       pulumi.String("SUNDAY"),
					StartTime: gcpredis.InstanceMaintenancePolicyWeeklyMaintenanceWindowStartTimeArgs{Hours: pulumi.Int(3)},
				},
			},
		},
	}, s.child(self, managed.LongChanges, pulumi.Protect(args.Protect), pulumi.DependsOn(append(args.After, grant)),
		pulumi.DeleteBeforeReplace(true))...) // two cannot have the same range
	if err != nil {
		return nil, fmt.Errorf("making the instance %s: %w", name, err)
	}
	server := &managed.Server{
		Host: instance.Host, Port: redisPort, Password: pulumi.ToSecret(instance.AuthString).(pulumi.StringOutput),
		CA:    instance.ServerCaCerts.Index(pulumi.Int(0)).Cert().Elem(),
		Range: addresses, Resource: instance,
	}
	return server, ctx.RegisterResourceOutputs(self, pulumi.Map{"host": server.Host})
}
