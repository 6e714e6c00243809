// Package externaldns publishes the hosts of the platform's routes in the cloud's DNS.
//
//	_, err := externaldns.New(ctx, "external-dns", &externaldns.Args{
//		Zone: zone, Owner: "plinth-prod", Gateway: "plinth", GatewayNamespace: ns, Services: c.Services,
//	}, opts...)
//
// It creates the installation of ExternalDNS, which may change that one zone and owns no record that it did not make itself. Records
// go when their routes do: on the way down ExternalDNS may be gone first, and what it then leaves is told by the TXT records beside
// it and taken up by the next platform of the same name.
package externaldns
