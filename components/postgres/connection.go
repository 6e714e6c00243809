package postgres

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/network"
)

// connection says in the URI whether TLS is used, since drivers differ in what they do without it. A server without TLS relies
// on the network policy, which decides who reaches it at all.
func (b *builder) connection(peer network.Peer, host, readOnlyHost, sslmode string) connection.Connection {
	database := b.spec.Database
	return connection.New(service, peer, pulumi.StringMap{
		connection.Host:         pulumi.String(host),
		connection.ReadOnlyHost: pulumi.String(readOnlyHost),
		connection.Port:         pulumi.String(fmt.Sprint(port)),
		connection.Username:     pulumi.String(database),
		connection.Password:     b.password,
		connection.Database:     pulumi.String(database),
		connection.URI: pulumi.Sprintf("postgresql://%s:%s@%s:%d/%s?sslmode=%s",
			database, b.password, host, port, database, sslmode),
	})
}
