// Package certmanager has certificates issued and renewed: by Let's Encrypt, or by a CA of the platform's own where the internet
// does not reach it.
//
//	certs, err := certmanager.New(ctx, "cert-manager", &certmanager.Args{
//		Spec: spec, Domain: "example.com", Zone: zone, Services: c.Services, Gateway: gateway.Ref(),
//	}, opts...)
//	// A certificate: certs.NewCertificate(ctx, "api", &certmanager.Certificate{Namespace: ns, Hosts: hosts, Secret: "api-tls"}, opts...)
//
// It creates the installation of cert-manager, and ClusterIssuers: letsencrypt and letsencrypt-staging, which prove that a domain
// is the platform's through the cloud's DNS where there is a zone, under workload identity, and else through the gateway; or
// private, with a CA whose key never leaves the cluster. With monitoring, alerts of certificates that are about to expire.
package certmanager
