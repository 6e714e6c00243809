// Package certificate makes the certificate of a server inside the cluster, and the authority that its clients trust for it.
//
//	c, err := certificate.New(ctx, "redis-tls", &certificate.Args{
//		Hosts: []string{"redis-ha-master.data.svc"}, Random: random, Keep: true,
//	}, pulumi.Parent(component))
//	c.Chain, c.Key // for the server
//	c.CA           // for its clients
//
// It registers one random seed, from which all follows, the same at every run: the authority is so known to the program, which
// puts it into its clients' connections, and nothing has to run in the cluster first. The seed is the secret. To have new keys,
// replace it: pulumi up --replace <its URN>.
//
// The certificates hold for decades, since not every server reads a renewed one without a restart: Redis does not.
package certificate
