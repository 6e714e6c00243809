package connection

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/network"
)

// The keys of a connection. A workload that uses "postgres" finds them in its environment as
// POSTGRES_HOST, POSTGRES_PORT and so on, and in the connection's Secret under these names.
const (
	// Host is the DNS name of the server.
	Host = "host"
	// Port is its TCP port, in decimal.
	Port = "port"
	// Username to log in with.
	Username = "username"
	// Password to log in with.
	Password = "password"
	// Database is Postgres' database name or RabbitMQ's virtual host.
	Database = "database"
	// ReadOnlyHost is the DNS name of Postgres' replicas, which may lag behind; that of the server itself where there are none.
	ReadOnlyHost = "readonly_host"
	// SentinelHost is the DNS name of Redis' sentinels, which know the primary. Only in mode ha.
	SentinelHost = "sentinel_host"
	// SentinelPort is the TCP port of the sentinels, in decimal.
	SentinelPort = "sentinel_port"
	// SentinelMaster is what the sentinels call the primary.
	SentinelMaster = "sentinel_master"
	// CA is the certificate of the authority that signed the server's, as PEM. Only there where it is none that every client knows.
	CA = "ca"
	// URI is all of the above but the replicas in one address that the usual client libraries accept.
	URI = "uri"
)

// Connection is how a workload reaches one data service.
type Connection struct {
	// Service is "postgres", "redis" or "rabbitmq": the name under a workload's uses.
	Service string
	// Values are what the connection's Secret holds, by key; the whole map is secret.
	Values pulumi.StringMapOutput
	// Keys of Values, known before the values are.
	Keys []string
	// Server is where the service runs, for the network policies of its clients.
	Server network.Peer
}
