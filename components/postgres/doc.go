// Package postgres runs the platform's Postgres.
//
//	db, err := postgres.New(ctx, "postgres", &postgres.Args{
//		Spec:      spec.Complete(),
//		Namespace: ns.Name, NamespaceName: "data",
//		Clients:   []network.Peer{{Namespace: "apps", App: "auth"}},
//		Random:    random, Services: cluster.Services, Operator: operator,
//	}, pulumi.Provider(kubernetes))
//	db.Connection // for the workloads that use it, the same in every mode
//
// Mode single is one server of the official image on one disk (see package dataservice), tuned to its memory, with data checksums
// and an exporter, and a daily dump (package backup). At each start it is given the passwords of the Secret.
//
// Mode ha is a Cluster of CloudNativePG: instances spread over zones, synchronous where there are three, over TLS only; its
// ObjectStore, ScheduledBackup, Databases and Pooler; and the NetworkPolicies that let these and the operator reach each other.
// Its Cluster is postgres-ha, or postgres-ha-<mark> after a recovery, which leaves the one before as it is.
//
// Mode managed is the cloud's own service (package managed), with an exporter of ours beside it where the platform has monitoring.
//
// In all of them the application's user owns its database and is no superuser; nobody logs in as that from outside.
// kubectl exec -n data postgres-0 -- psql, or kubectl exec -n data postgres-ha-1 -c postgres -- psql, does so inside.
//
// A change of mode without migrate, a smaller disk and a lower version are refused (dataservice.NewRecord). A higher version is
// upgraded in place in mode ha; in mode single the server says on its log that it does not know the files, and changes nothing.
package postgres
