// Package postgres runs the platform's Postgres.
//
//	db, err := postgres.New(ctx, "postgres", &postgres.Args{
//		Spec:      spec.Complete(),
//		Namespace: ns.Name, NamespaceName: "data",
//		Clients:   []network.Peer{{Namespace: "apps", App: "auth"}},
//		Random:    random,
//	}, pulumi.Provider(kubernetes))
//	db.Connection // for the workloads that use it
//
// Mode single is one server of the official image on one disk (see package dataservice), with generated passwords for the
// application and for the metrics exporter, a configuration tuned to its memory, and data checksums.
//
// The application's user owns its database and is no superuser. The superuser, postgres, has no password
// and can only log in inside the container: kubectl exec -n data postgres-0 -- psql.
//
// At each start the server is given the passwords of the Secret. So a password can be replaced
// (pulumi up --replace), and a disk outlives a lost stack: the next one takes it over.
//
// A new major version does not start on the old one's files and says so on its log; nothing is changed then, and the old
// version in the stack file brings the server back. To go up, dump and restore, or run pg_upgrade on the volume.
package postgres
