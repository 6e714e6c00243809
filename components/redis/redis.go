package redis

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
)

// release is the newest of the 8.2 line in docker-library/official-images: the one of Redis 8 with the most fixes.
const release = "8.2.9"

// Args describe the platform's Redis.
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
	// Services of the cloud, for the backup and for mode managed. Nil leaves the backup out, with a warning.
	Services cluster.Services
	// Zones that the servers of mode ha must be spread over. With 0 they are spread as well as it goes.
	Zones int
	// Operator is what the custom resources of mode ha depend on: see operators.NewRedis.
	Operator []pulumi.Resource
	// Monitoring is what the scraping and the alerts depend on: the Prometheus operator. Nil leaves them out.
	Monitoring []pulumi.Resource
}

// Redis is the platform's Redis.
type Redis struct {
	pulumi.ResourceState

	// Connection of the clients' user. It has no database: a client that asks for none gets number 0.
	Connection connection.Connection
}

// builder makes one Redis in the cluster.
type builder struct {
	ctx    *pulumi.Context
	name   string
	args   *Args
	spec   Spec
	parent pulumi.ResourceOption
	// password of the clients' user, and of the backup's.
	password, backupPassword pulumi.StringOutput
	// record is what the data depends on, so that a change which would lose it is refused first.
	record pulumi.Resource
}

// New registers a Redis named name; its objects have that name too, or begin with it. opts must carry the `kubernetes` provider.
// It fails where the mode is none.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Redis, error) {
	b := &builder{ctx: ctx, name: name, args: args, spec: args.Spec}
	run := map[spec.Mode]func() (connection.Connection, error){spec.Single: b.single, spec.HA: b.ha}[b.spec.Mode]
	if b.spec.Mode == spec.Managed {
		return newManaged(ctx, name, args, opts...)
	}
	if run == nil {
		return nil, fmt.Errorf("redis mode %q is none; set plinth:redis.mode to single, ha or managed", b.spec.Mode)
	}
	r := &Redis{}
	if err := ctx.RegisterComponentResource("plinth:redis:Redis", name, r, opts...); err != nil {
		return nil, fmt.Errorf("registering redis %s: %w", name, err)
	}
	b.parent = pulumi.Parent(r)
	if err := b.prepare(); err != nil {
		return nil, err
	}
	var err error
	if r.Connection, err = run(); err != nil {
		return nil, fmt.Errorf("making redis %s: %w", name, err)
	}
	if err := b.observe(); err != nil {
		return nil, fmt.Errorf("watching over redis %s: %w", name, err)
	}
	if err := ctx.RegisterResourceOutputs(r, pulumi.Map{"connection": r.Connection.Values}); err != nil {
		return nil, fmt.Errorf("registering the outputs of redis %s: %w", name, err)
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
	random := pulumi.Provider(b.args.Random)
	if b.password, err = dataservice.NewPassword(b.ctx, b.name+"-password", b.args.KeepData, b.parent, random); err != nil {
		return err
	}
	if b.backedUp() {
		b.backupPassword, err = dataservice.NewPassword(b.ctx, b.name+"-backup-password", b.args.KeepData, b.parent, random)
	} else {
		b.backupPassword = pulumi.String("").ToStringOutput()
	}
	return err
}

// address is one server as clients name it.
type address struct {
	host string
	// tls holds the authority's certificate; nil where the server speaks plain text.
	tls *pulumi.StringOutput
}

func (b *builder) connection(server network.Peer, at address, more pulumi.StringMap) connection.Connection {
	scheme := "redis"
	values := pulumi.StringMap{
		connection.Host:     pulumi.String(at.host),
		connection.Port:     pulumi.String(fmt.Sprint(port)),
		connection.Username: pulumi.String("default"),
		connection.Password: b.password,
	}
	if at.tls != nil {
		scheme = "rediss"
		values[connection.CA] = *at.tls
	}
	values[connection.URI] = pulumi.Sprintf("%s://default:%s@%s:%d/0", scheme, b.password, at.host, port)
	for key, value := range more {
		values[key] = value
	}
	return connection.New("redis", server, values)
}
