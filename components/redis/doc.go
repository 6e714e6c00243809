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
// The image is Redis 8 under the AGPLv3, one of its three licences and the only open one: run unmodified, it asks
// nothing of the programs that connect. (7.4 has no open licence, and 7.2, the last under
// BSD, gets no features.) The modules that the image would load are left out: they cost memory, and none is asked for.
//
// The clients' user, default, may do all with the data except to erase all of it (FLUSHALL, FLUSHDB, SWAPDB), and nothing to
// the server (CONFIG SET, SHUTDOWN, MODULE, REPLICAOF, DEBUG, ACL, ...): an application that is broken into can so neither take
// over the server nor copy its data elsewhere. The metrics exporter's user can read statistics and no data.
package redis
