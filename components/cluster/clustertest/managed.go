package clustertest

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
)

// Managed record what they are asked for, and answer at <name>.managed.example in 10.0.208.0/20. The zero value is ready, for one
// run of one program.
type Managed struct {
	// Password that the cloud makes for Redis, as gcp and azure do. Empty: the one given is used.
	Password string
	// CA of the servers' certificates. Empty: one that every client knows.
	CA string
	// Postgres that were asked for, by name.
	Postgres map[string]managed.PostgresArgs
	// Redis that were asked for, by name.
	Redis map[string]managed.RedisArgs
	// RabbitMQ that were asked for, by name.
	RabbitMQ map[string]managed.RabbitMQArgs
}

var _ managed.Services = (*Managed)(nil)

// NewPostgres implements managed.Services.
func (m *Managed) NewPostgres(ctx *pulumi.Context, name string, args *managed.PostgresArgs, opts ...pulumi.ResourceOption) (*managed.Server, error) {
	m.Postgres = with(m.Postgres, name, *args)
	return m.server(ctx, name, 5432, args.Password, opts)
}

// NewRedis implements managed.Services.
func (m *Managed) NewRedis(ctx *pulumi.Context, name string, args *managed.RedisArgs, opts ...pulumi.ResourceOption) (*managed.Server, error) {
	m.Redis = with(m.Redis, name, *args)
	password := args.Password
	if m.Password != "" {
		password = pulumi.ToSecret(pulumi.String(m.Password)).(pulumi.StringOutput)
	}
	return m.server(ctx, name, 6379, password, opts)
}

// NewRabbitMQ implements managed.Services.
func (m *Managed) NewRabbitMQ(ctx *pulumi.Context, name string, args *managed.RabbitMQArgs, opts ...pulumi.ResourceOption) (*managed.Server, error) {
	m.RabbitMQ = with(m.RabbitMQ, name, *args)
	server, err := m.server(ctx, name, 5671, args.Password, opts)
	if err != nil {
		return nil, err
	}
	server.Admin, server.AdminPort = pulumi.String("https://"+name+".managed.example").ToStringOutput(), 443
	return server, nil
}

func (m *Managed) server(ctx *pulumi.Context, name string, port int, password pulumi.StringOutput, opts []pulumi.ResourceOption) (*managed.Server, error) {
	self, err := register(ctx, "plinth:clustertest:Managed", name, opts)
	server := &managed.Server{
		Host: pulumi.String(name + ".managed.example").ToStringOutput(), Port: port, Password: password, Range: "10.0.208.0/20", Resource: self,
	}
	if m.CA != "" {
		server.CA = pulumi.String(m.CA)
	}
	return server, err
}

func with[T any](all map[string]T, name string, args T) map[string]T {
	if all == nil {
		all = map[string]T{}
	}
	all[name] = args
	return all
}
