// Package dataservice runs one server on one disk: what Postgres, Redis and RabbitMQ share in mode single.
//
//	server, err := dataservice.New(ctx, "redis", &dataservice.Args{
//		Namespace: ns.Name, NamespaceName: "data",
//		Version: "8.2.9", Container: container, User: 999, Port: 6379,
//		Storage: "2Gi", DataPath: "/data",
//	}, pulumi.Parent(component))
//
// It registers a PersistentVolumeClaim, a StatefulSet of one replica under the Pod Security level `restricted`, a ClusterIP
// Service, a PodDisruptionBudget and a NetworkPolicy that admits only the given clients. All are named after the service, the
// claim <name>-data.
//
// The claim is a resource of its own, not a template of the StatefulSet, because templates cannot be changed: so a disk
// can grow in place, and can be protected apart from the server.
//
// NewExporter watches over a server that the cloud runs: a Deployment that asks it, and that may reach nothing else.
//
// There is one Service, with a stable address: clients that cache DNS for ever, as JVMs may, then survive a
// restart, and a single server has no use for a name per pod.
package dataservice
