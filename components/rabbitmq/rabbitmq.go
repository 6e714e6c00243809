package rabbitmq

import (
	"fmt"
	"net/url"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
)

const (
	// release is the newest in docker-library/official-images. Its community gets fixes for the newest line alone.
	release = "4.3.5"

	user = 999 // rabbitmq in the image
)

// Args describe the platform's RabbitMQ.
type Args struct {
	// Spec is complete and validated: see Spec.Complete and Spec.Validate.
	Spec Spec
	// Namespace it is made in. An output of the Namespace resource also orders the two.
	Namespace pulumi.StringInput
	// NamespaceName is the same name, known now.
	NamespaceName string
	// Clients that may connect; nobody else may.
	Clients []network.Peer
	// Random is the `random` provider, which makes the passwords.
	Random pulumi.ProviderResource
	// KeepData protects the data and the passwords, and retains the data when the stack is destroyed all the same.
	KeepData bool
	// PriorityClass of the pods. Empty for the cluster's default.
	PriorityClass string
	// Services of the cloud, of which mode managed needs its data services.
	Services cluster.Services
	// Zones that the nodes of mode ha must be spread over. With 0 they are spread as well as it goes.
	Zones int
	// Simulated is for nodes that run nothing: nobody waits for what an operator would report.
	Simulated bool
	// Operator is what the custom resources of mode ha depend on: see operators.NewRabbitMQ.
	Operator []pulumi.Resource
	// Monitoring is what the scraping and the alerts depend on: the Prometheus operator. Nil leaves them out.
	Monitoring []pulumi.Resource
}

// RabbitMQ is the platform's RabbitMQ.
type RabbitMQ struct {
	pulumi.ResourceState

	// Connection of the clients' user to the virtual host "/", which may declare queues and exchanges of its own there.
	Connection connection.Connection
}

// builder makes one RabbitMQ in the cluster.
type builder struct {
	ctx    *pulumi.Context
	name   string
	args   *Args
	spec   Spec
	parent pulumi.ResourceOption
	// password of the clients' user.
	password pulumi.StringOutput
	// record is what the data depends on, so that a change which would lose it is refused first.
	record pulumi.Resource
}

// New registers a RabbitMQ named name; its objects have that name too, or begin with it. opts must carry the `kubernetes`
// provider. It fails where the mode is none.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*RabbitMQ, error) {
	b := &builder{ctx: ctx, name: name, args: args, spec: args.Spec}
	run := map[spec.Mode]func() (connection.Connection, error){spec.Single: b.single, spec.HA: b.ha}[b.spec.Mode]
	if b.spec.Mode == spec.Managed {
		return newManaged(ctx, name, args, opts...)
	}
	if run == nil {
		return nil, fmt.Errorf("rabbitmq mode %q is none; set plinth:rabbitmq.mode to single, ha or managed", b.spec.Mode)
	}
	r := &RabbitMQ{}
	if err := ctx.RegisterComponentResource("plinth:rabbitmq:RabbitMQ", name, r, opts...); err != nil {
		return nil, fmt.Errorf("registering rabbitmq %s: %w", name, err)
	}
	b.parent = pulumi.Parent(r)
	if err := b.prepare(); err != nil {
		return nil, err
	}
	var err error
	if r.Connection, err = run(); err != nil {
		return nil, fmt.Errorf("making rabbitmq %s: %w", name, err)
	}
	if err := b.observe(); err != nil {
		return nil, fmt.Errorf("watching over rabbitmq %s: %w", name, err)
	}
	if err := ctx.RegisterResourceOutputs(r, pulumi.Map{"connection": r.Connection.Values}); err != nil {
		return nil, fmt.Errorf("registering the outputs of rabbitmq %s: %w", name, err)
	}
	return r, nil
}

// prepare makes what every mode in the cluster has.
func (b *builder) prepare() error {
	var err error
	b.record, err = dataservice.NewRecord(b.ctx, b.name, b.args.Namespace, dataservice.Labels(b.name, release), dataservice.Record{
		Path: spec.Path(b.name), Mode: b.spec.Mode, Storage: b.spec.Storage, Migrate: b.spec.Migrate,
	}, b.parent)
	if err != nil {
		return err
	}
	b.password, err = b.newPassword("password")
	return err
}

func (b *builder) newPassword(what string) (pulumi.StringOutput, error) {
	return dataservice.NewPassword(b.ctx, b.name+"-"+what, b.args.KeepData, b.parent, pulumi.Provider(b.args.Random))
}

// connection is for clients of a host; ca holds the authority's certificate where the brokers speak TLS, and is nil where not.
func (b *builder) connection(peer network.Peer, host string, ca *pulumi.StringOutput) connection.Connection {
	scheme, at := "amqp", peer.Ports[0]
	values := pulumi.StringMap{
		connection.Host:     pulumi.String(host),
		connection.Port:     pulumi.String(fmt.Sprint(at)),
		connection.Username: pulumi.String(username),
		connection.Password: b.password,
		connection.Database: pulumi.String(virtualHost),
	}
	if ca != nil {
		scheme = "amqps"
		values[connection.CA] = *ca
	}
	values[connection.URI] = pulumi.Sprintf("%s://%s:%s@%s:%d/%s", scheme, username, b.password, host, at, url.PathEscape(virtualHost))
	return connection.New("rabbitmq", peer, values)
}
