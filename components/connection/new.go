package connection

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/network"
)

// New returns the connection to a service that runs at server. All the values become secret.
func New(service string, server network.Peer, values pulumi.StringMap) Connection {
	return Connection{
		Service: service,
		Values:  pulumi.ToSecret(values.ToStringMapOutput()).(pulumi.StringMapOutput),
		Keys:    slices.Sorted(maps.Keys(values)),
		Server:  server,
	}
}
