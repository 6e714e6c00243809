package amazon

import (
	"fmt"
	"net/url"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/mq"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/spec"
)

const (
	amqpsPort      = 5671
	managementPort = 443
	// rabbitmqVersion is the first of RabbitMQ 4 on aws, where queues are quorum queues; Amazon MQ takes its patches by itself.
	rabbitmqVersion = "4.2"
)

// rabbitmq is a broker of Amazon MQ with what it needs.
type rabbitmq struct{ pulumi.ResourceState }

// NewRabbitMQ implements managed.Services with Amazon MQ. Spread over zones it is a cluster of three nodes.
func (s *services) NewRabbitMQ(ctx *pulumi.Context, name string, args *managed.RabbitMQArgs, opts ...pulumi.ResourceOption) (*managed.Server, error) {
	var problems spec.Problems
	class := managed.Pick(spec.Path(name), "aws", "rabbitmq", args.Size, s.Spread, &problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	id, err := s.physical(name, 50)
	if err != nil {
		return nil, err
	}
	subnets, err := s.place(ctx)
	if err != nil {
		return nil, err
	}
	self := &rabbitmq{}
	if err := ctx.RegisterComponentResource("plinth:amazon:RabbitMQ", name, self, opts...); err != nil {
		return nil, fmt.Errorf("registering rabbitmq %s: %w", name, err)
	}
	firewall, err := s.newFirewall(ctx, name, self, amqpsPort, managementPort)
	if err != nil {
		return nil, err
	}
	mode := "CLUSTER_MULTI_AZ"
	if !s.Spread {
		mode, subnets = "SINGLE_INSTANCE", subnets[:1]
	}
	broker, err := mq.NewBroker(ctx, name, &mq.BrokerArgs{
		BrokerName:              pulumi.String(id),
		EngineType:              pulumi.String("RabbitMQ"),
		EngineVersion:           pulumi.String(rabbitmqVersion),
		AutoMinorVersionUpgrade: pulumi.Bool(true), // Amazon MQ asks for it from 3.13 on
		ApplyImmediately:        pulumi.Bool(true),
		HostInstanceType:        pulumi.String(class),
		DeploymentMode:          pulumi.String(mode),
		SubnetIds:               subnets,
		SecurityGroups:          pulumi.StringArray{firewall.ID()},
		PubliclyAccessible:      pulumi.Bool(false),
		EncryptionOptions:       mq.BrokerEncryptionOptionsArgs{KmsKeyId: s.DataKey.ToStringOutput(), UseAwsOwnedKey: pulumi.Bool(false)},
		Logs:                    mq.BrokerLogsArgs{General: pulumi.Bool(true)}, // RabbitMQ has no audit log there
		MaintenanceWindowStartTime: mq.BrokerMaintenanceWindowStartTimeArgs{
			DayOfWeek: pulumi.String("SUNDAY"), TimeOfDay: pulumi.String("03:00"), TimeZone: pulumi.String("UTC"),
		},
		Users: mq.BrokerUserArray{mq.BrokerUserArgs{Username: pulumi.String(args.Username), Password: args.Password}},
		Tags:  s.called(name),
	}, s.child(self, pulumi.Protect(args.Protect), pulumi.DependsOn(args.After), pulumi.DeleteBeforeReplace(true), managed.LongChanges)...)
	if err != nil {
		return nil, fmt.Errorf("making the broker %s: %w", name, err)
	}
	server := &managed.Server{
		Host: broker.Instances.Index(pulumi.Int(0)).Endpoints().Index(pulumi.Int(0)).ApplyT(hostOf).(pulumi.StringOutput), Port: amqpsPort,
		Password: args.Password, Range: s.Range.String(),
		Admin:     broker.Instances.Index(pulumi.Int(0)).ConsoleUrl().Elem(),
		AdminPort: managementPort, Resource: broker,
	}
	return server, ctx.RegisterResourceOutputs(self, pulumi.Map{"host": server.Host})
}

// hostOf is the host of an endpoint such as amqps://b-1a2b.mq.eu-central-1.amazonaws.com:5671.
func hostOf(endpoint string) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" {
		return "", fmt.Errorf("found the endpoint %q, allowed is a URL with a host; look at the broker in the console of aws", endpoint)
	}
	return u.Hostname(), nil
}
