package rabbitmq

import (
	"fmt"
	"net/url"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
)

// adminName is the administrator of a managed broker. Nobody uses it but what declares the queues.
const adminName = "plinth"

// ValidateCloud reports what the cloud does not offer: it is aws, gcp, azure or existing, and zones is how many the cluster has. s
// is complete and validated, and path is where it stands.
func (s Spec) ValidateCloud(cloud string, zones int, path spec.Path, problems *spec.Problems) {
	switch {
	case s.Mode != spec.Managed && s.Rotate > 0:
		problems.Add(path.Key("rotate"), s.Rotate, "no rotation but in mode managed", "remove it")
	case s.Mode == spec.Managed && managed.CheckOffer(path.Key("mode"), cloud, "rabbitmq", problems):
		managed.Pick(path, cloud, "rabbitmq", s.size(), zones > 1, problems)
	}
}

func (s Spec) size() managed.Size { return managed.Size{CPU: s.CPU, Memory: s.Memory} }

// newManaged has the cloud run the broker, and declares on it what mode single has in its definitions: the user, the queues and
// their policies.
func newManaged(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*RabbitMQ, error) {
	s := args.Spec
	if args.Services == nil {
		return nil, managed.NotOffered(name, "existing", "rabbitmq")
	}
	r := &RabbitMQ{}
	if err := ctx.RegisterComponentResource("plinth:rabbitmq:RabbitMQ", name, r, opts...); err != nil {
		return nil, fmt.Errorf("registering rabbitmq %s: %w", name, err)
	}
	parent, random := pulumi.Parent(r), pulumi.Provider(args.Random)
	record, err := dataservice.NewRecord(ctx, name, args.Namespace, dataservice.Labels(name, "managed"), dataservice.Record{
		Path: spec.Path(name), Mode: s.Mode, Migrate: s.Migrate,
	}, parent)
	if err != nil {
		return nil, err
	}
	// Another one would replace the broker.
	admin, err := dataservice.NewPassword(ctx, name+"-admin-password", args.KeepData, parent, random)
	if err != nil {
		return nil, err
	}
	broker, err := args.Services.Managed().NewRabbitMQ(ctx, name, &managed.RabbitMQArgs{
		Size: s.size(), Username: adminName, Password: admin, Protect: args.KeepData, After: []pulumi.Resource{record},
	}, parent)
	if err != nil {
		return nil, fmt.Errorf("making rabbitmq %s: %w", name, err)
	}
	password, err := dataservice.NewRotatedPassword(ctx, name+"-password", s.Rotate, parent, random)
	if err != nil {
		return nil, err
	}
	salt, err := dataservice.NewPassword(ctx, name+"-salt", args.KeepData, parent, random)
	if err != nil {
		return nil, err
	}
	monitor := pulumi.String("").ToStringOutput()
	if args.Monitoring != nil {
		if monitor, err = dataservice.NewRotatedPassword(ctx, name+"-monitor-password", s.Rotate, parent, random); err != nil {
			return nil, err
		}
	}
	definitions := pulumi.All(password, salt, monitor).ApplyT(func(secrets []any) (string, error) {
		return define(s.Queues, secrets[0].(string), secrets[1].(string)[:4], secrets[2].(string))
	}).(pulumi.StringOutput)
	declared, err := declare(ctx, name, args, broker, definitions, parent)
	if err != nil {
		return nil, err
	}
	if err := watchManaged(ctx, name, args, broker, monitor, parent, pulumi.DependsOn([]pulumi.Resource{declared})); err != nil {
		return nil, fmt.Errorf("watching over rabbitmq %s: %w", name, err)
	}

	// Clients come after what they use is declared.
	host := pulumi.All(broker.Host, declared.ID()).ApplyT(func(all []any) string { return all[0].(string) }).(pulumi.StringOutput)
	r.Connection = managedConnection(broker, host, password)
	if err := ctx.RegisterResourceOutputs(r, pulumi.Map{"connection": r.Connection.Values}); err != nil {
		return nil, fmt.Errorf("registering the outputs of rabbitmq %s: %w", name, err)
	}
	return r, nil
}

func managedConnection(broker *managed.Server, host, password pulumi.StringOutput) connection.Connection {
	values := pulumi.StringMap{
		connection.Host:     host,
		connection.Port:     pulumi.String(fmt.Sprint(broker.Port)),
		connection.Username: pulumi.String(username),
		connection.Password: password,
		connection.Database: pulumi.String(virtualHost),
		connection.URI:      pulumi.Sprintf("amqps://%s:%s@%s:%d/%s", username, password, host, broker.Port, url.PathEscape(virtualHost)),
	}
	if broker.CA != nil {
		values[connection.CA] = broker.CA
	}
	return connection.New("rabbitmq", network.Peer{CIDR: broker.Range, Ports: []int{broker.Port}}, values)
}
