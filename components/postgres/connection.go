package postgres

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/dataservice"
)

// newConnection says sslmode=disable in the URI, since drivers differ in what they do without it and the server speaks no
// TLS: who reaches it at all is what the network policy decides.
func newConnection(server *dataservice.Server, database string, password pulumi.StringOutput) connection.Connection {
	return connection.New("postgres", server.Peer, pulumi.StringMap{
		connection.Host:     pulumi.String(server.Host),
		connection.Port:     pulumi.String(fmt.Sprint(port)),
		connection.Username: pulumi.String(database),
		connection.Password: password,
		connection.Database: pulumi.String(database),
		connection.URI:      pulumi.Sprintf("postgresql://%s:%s@%s:%d/%s?sslmode=disable", database, password, server.Host, port, database),
	})
}
