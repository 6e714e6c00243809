package amazon

import (
	"cmp"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/elasticache"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/spec"
)

const redisPort = 6379

// Valkey speaks Redis' protocol, costs less on aws, and gets its new versions. Within its major version ElastiCache upgrades it.
const (
	valkeyVersion = "8.0"
	valkeyFamily  = "valkey8"
)

// redis is a replication group of ElastiCache with what it needs.
type redis struct{ pulumi.ResourceState }

// NewRedis implements managed.Services with Amazon ElastiCache for Valkey. Another password is set beside the old one, which
// stays valid until the next, so that clients can follow without a gap.
func (s *services) NewRedis(ctx *pulumi.Context, name string, args *managed.RedisArgs, opts ...pulumi.ResourceOption) (*managed.Server, error) {
	var problems spec.Problems
	class := managed.Pick(spec.Path(name), "aws", "redis", args.Size, s.Spread, &problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	id, err := s.physical(name, 40)
	if err != nil {
		return nil, err
	}
	subnets, err := s.place(ctx)
	if err != nil {
		return nil, err
	}
	self := &redis{}
	if err := ctx.RegisterComponentResource("plinth:amazon:Redis", name, self, opts...); err != nil {
		return nil, fmt.Errorf("registering redis %s: %w", name, err)
	}
	group, err := s.newReplicationGroup(ctx, name, id, class, subnets, args, self)
	if err != nil {
		return nil, err
	}
	server := &managed.Server{
		Host: group.PrimaryEndpointAddress, Port: redisPort, Password: args.Password, Range: s.Range.String(), Resource: group,
	}
	return server, ctx.RegisterResourceOutputs(self, pulumi.Map{"host": server.Host})
}

func (s *services) newReplicationGroup(
	ctx *pulumi.Context, name, id, class string, subnets pulumi.StringArray, args *managed.RedisArgs, self pulumi.Resource,
) (*elasticache.ReplicationGroup, error) {
	group, err := elasticache.NewSubnetGroup(ctx, name, &elasticache.SubnetGroupArgs{SubnetIds: subnets, Tags: s.called(name)}, s.child(self)...)
	if err != nil {
		return nil, fmt.Errorf("making the subnet group of %s: %w", name, err)
	}
	firewall, err := s.newFirewall(ctx, name, self, redisPort)
	if err != nil {
		return nil, err
	}
	parameters, err := elasticache.NewParameterGroup(ctx, name, &elasticache.ParameterGroupArgs{
		Family: pulumi.String(valkeyFamily), Tags: s.called(name),
		Parameters: elasticache.ParameterGroupParameterArray{elasticache.ParameterGroupParameterArgs{
			Name: pulumi.String("maxmemory-policy"), Value: pulumi.String(args.Eviction),
		}},
	}, s.child(self)...)
	if err != nil {
		return nil, fmt.Errorf("making the parameters of %s: %w", name, err)
	}
	logs, err := s.newLogGroup(ctx, name, "/aws/elasticache/"+id, self)
	if err != nil {
		return nil, err
	}
	log := func(kind string) elasticache.ReplicationGroupLogDeliveryConfigurationArgs {
		return elasticache.ReplicationGroupLogDeliveryConfigurationArgs{
			Destination: logs.Name, DestinationType: pulumi.String("cloudwatch-logs"), LogFormat: pulumi.String("json"), LogType: pulumi.String(kind),
		}
	}
	nodes := 1
	if s.Spread {
		nodes = 2
	}
	settings := &elasticache.ReplicationGroupArgs{
		ReplicationGroupId:       pulumi.String(id),
		Description:              pulumi.String("Redis " + name + " of " + s.AWSName),
		Engine:                   pulumi.String("valkey"),
		EngineVersion:            pulumi.String(valkeyVersion),
		AutoMinorVersionUpgrade:  pulumi.Bool(true),
		ApplyImmediately:         pulumi.Bool(true),
		NodeType:                 pulumi.String(class),
		NumCacheClusters:         pulumi.Int(nodes),
		AutomaticFailoverEnabled: pulumi.Bool(s.Spread),
		MultiAzEnabled:           pulumi.Bool(s.Spread),
		ParameterGroupName:       parameters.Name,

		SubnetGroupName:  group.Name,
		SecurityGroupIds: pulumi.StringArray{firewall.ID()},
		Port:             pulumi.Int(redisPort),

		AtRestEncryptionEnabled:  pulumi.Bool(true),
		KmsKeyId:                 s.DataKey.ToStringOutput(),
		TransitEncryptionEnabled: pulumi.Bool(true),
		TransitEncryptionMode:    pulumi.String("required"),
		AuthToken:                args.Password,
		AuthTokenUpdateStrategy:  pulumi.String("ROTATE"),

		SnapshotRetentionLimit: pulumi.Int(min(cmp.Or(args.KeepDays, defaultKeepDays), mostKeepDays)),
		SnapshotWindow:         pulumi.String(backupWindow),
		MaintenanceWindow:      pulumi.String(maintenanceWindow),
		LogDeliveryConfigurations: elasticache.ReplicationGroupLogDeliveryConfigurationArray{
			log("engine-log"), log("slow-log"),
		},
		Tags: s.called(name),
	}
	if args.Protect {
		settings.FinalSnapshotIdentifier = pulumi.String(id + "-final")
	}
	made, err := elasticache.NewReplicationGroup(ctx, name, settings,
		s.child(self, pulumi.Protect(args.Protect), pulumi.DependsOn(args.After), pulumi.DeleteBeforeReplace(true), managed.LongChanges)...)
	if err != nil {
		return nil, fmt.Errorf("making the replication group %s: %w", name, err)
	}
	return made, nil
}
