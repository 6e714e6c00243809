// Package managed is the contract between the data services of mode managed and the clouds that run them, and what is known of
// those clouds' offers: sizes, versions and limits.
//
//	server, err := services.NewPostgres(ctx, "postgres", &managed.PostgresArgs{
//		Size: managed.Size{CPU: "2", Memory: "8Gi"}, Storage: "100Gi", Version: 17, Database: "app",
//		Password: password, Protect: true,
//	}, opts...)
//	server.Host // in the network of the cluster, and nowhere else
//
// A cluster's Services().Managed() yields the services of its cloud (packages amazon, google and azure below this one). All of
// them are private, encrypted with the platform's key, reached through TLS only, and spread over zones where the cluster is.
//
// Check and its kin refuse what a cloud does not offer before anything is registered.
package managed
