// Package redis runs the platform's Redis.
//
//	cache, err := redis.New(ctx, "redis", &redis.Args{
//		Spec:      spec.Complete(),
//		Namespace: ns.Name, NamespaceName: "data",
//		Clients:   []network.Peer{{Namespace: "apps", App: "api-gateway"}},
//		Random:    random,
//	}, pulumi.Provider(kubernetes))
//	cache.Connection // for the workloads that use it
//
// Mode single is one server of the official image on one disk (see package dataservice), which keeps both a snapshot (after
// 900 s with 1 change, 300 s with 10, 60 s with 10000) and an append-only file that is synced every second: what a crash can
// lose is one second of writes. Data may fill three quarters of the memory.
//
// Mode ha is a primary and its replicas, all as in mode single, and three sentinels that replace a primary which is gone for 5
// seconds, run by the Redis operator (see package operators) under the name <name>-ha. Clients that ask for nothing else reach the
// primary by the operator's Service, which follows it within half a minute; those that speak to the sentinels follow at once. With tls
// everything between them is encrypted; a client that asks the sentinels gets addresses, and so cannot check the server's name.
// Replication does not wait: what the primary confirmed in its last moments can be lost.
//
// Mode managed has the cloud run it (see package managed), with an exporter of ours beside it where the platform has monitoring.
//
// Both modes in the cluster send a snapshot a day to the cloud's object storage (see package backup), and are watched by
// Prometheus where it is there (see Alerts). A change that would lose data, to another mode or a smaller disk, is refused.
//
// The image is Redis 8 under the AGPLv3, one of its three licences and the only open one: run unmodified, it asks
// nothing of the programs that connect. (7.4 has no open licence, and 7.2, the last under
// BSD, gets no features.) The modules that the image would load are left out: they cost memory, and none is asked for.
//
// The clients' user, default, may do all with the data except to erase all of it (FLUSHALL, FLUSHDB, SWAPDB), and nothing to
// the server (CONFIG SET, SHUTDOWN, MODULE, REPLICAOF, DEBUG, ACL, ...): an application that is broken into can so neither take
// over the server nor copy its data elsewhere. In mode ha, where the operator knows no other user, it may say who is primary too.
// The metrics exporter's user can read statistics and no data, and the backup's can follow the data as a replica does.
package redis
