package managed

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/spec"
)

// Services make data services that the cloud runs, in the network of one cluster and for its pods alone. They refuse, as a
// *spec.Error and before anything is registered, what the cloud does not offer.
type Services interface {
	// NewPostgres makes a Postgres with one database, owned by the user of the same name.
	NewPostgres(ctx *pulumi.Context, name string, args *PostgresArgs, opts ...pulumi.ResourceOption) (*Server, error)
	// NewRedis makes a Redis, or what speaks its protocol.
	NewRedis(ctx *pulumi.Context, name string, args *RedisArgs, opts ...pulumi.ResourceOption) (*Server, error)
	// NewRabbitMQ makes a RabbitMQ with one administrator and no queues. Only on aws.
	NewRabbitMQ(ctx *pulumi.Context, name string, args *RabbitMQArgs, opts ...pulumi.ResourceOption) (*Server, error)
}

// Size is how big the server must be at least.
type Size struct {
	// CPU that it has at all times, in cores.
	CPU spec.Quantity
	// Memory in bytes.
	Memory spec.Quantity
}

// PostgresArgs describe a Postgres.
type PostgresArgs struct {
	Size
	// Storage at the beginning, in bytes; at least that much is bought. It grows by itself, on aws and gcp up to twice of it.
	Storage spec.Quantity
	// Version is the major version. A higher one upgrades the server in place, as soon as it is deployed.
	Version int
	// Database that is made, and the user that owns it.
	Database string
	// Password of that user. Another one is set in place.
	Password pulumi.StringOutput
	// Parameters of the server, by name. On aws another value takes effect with the next restart.
	Parameters map[string]string
	// KeepDays is how long backups are kept: up to 35 days on aws and azure, where the server can be restored to any time within
	// them, and 365 on gcp, with any time within the last 7. 0 means 30, and less than 7 means 7 on azure.
	KeepDays int
	// Protect keeps the server from deletion: Pulumi's protect, the cloud's own protection, and a last snapshot.
	Protect bool
	// After are what must be there, and agree to a change, before the server is touched.
	After []pulumi.Resource
}

// RedisArgs describe a Redis.
type RedisArgs struct {
	Size
	// Eviction is what happens to keys when memory is full, in Redis' own words, such as noeviction or allkeys-lru.
	Eviction string
	// Password that clients must give. gcp and azure make it themselves, and ignore this one: see Server.Password.
	Password pulumi.StringOutput
	// Rotation is how often the password was replaced. Only azure looks at it, which has two, in turn.
	Rotation int
	// KeepDays is how long daily backups are kept, up to 35 on aws. 0 means 30. gcp and azure keep one snapshot to recover from.
	KeepDays int
	// Protect keeps the server from deletion: Pulumi's protect, and where the cloud has it its own and a last snapshot.
	Protect bool
	// After are what must be there, and agree to a change, before the server is touched.
	After []pulumi.Resource
}

// RabbitMQArgs describe a RabbitMQ.
//
// Amazon MQ sizes its disk itself, and keeps no backup.
type RabbitMQArgs struct {
	Size
	// Username of the administrator, who is there from the start and cannot be changed from outside the broker.
	Username string
	// Password of the administrator. Another one replaces the broker.
	Password pulumi.StringOutput
	// Protect keeps the broker from deletion.
	Protect bool
	// After are what must be there, and agree to a change, before the broker is touched.
	After []pulumi.Resource
}

// Server is what clients need to know of a service.
type Server struct {
	// Host is the DNS name or address, within the cluster's network.
	Host pulumi.StringOutput
	// Port that takes clients, by TLS alone.
	Port int
	// Password of the user, secret: the one given, or the one that the cloud made.
	Password pulumi.StringOutput
	// CA is the certificate of the authority that signed the server's, as PEM; nil where it is one that every client knows, or has
	// to be had from the cloud (RDS).
	CA pulumi.StringInput
	// Range of addresses that the service has its own from, as a CIDR.
	Range string
	// Admin is the address of RabbitMQ's management, https, on AdminPort. Unset for other services.
	Admin pulumi.StringOutput
	// AdminPort is 0 where there is no Admin.
	AdminPort int
	// Resource to depend on.
	Resource pulumi.Resource
}

// LongChanges is an option of a server that may be big, whose standby and backups are made with it: it may take 90 minutes to make and
// to delete, and three hours to change.
var LongChanges = pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "90m", Update: "3h", Delete: "90m"})
