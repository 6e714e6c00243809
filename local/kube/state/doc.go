// Package state is the state directory of a local cluster, as package kube and its binary share it:
//
//	lock          held by the supervisor while it runs; the kernel drops it when that dies
//	run.json      the running supervisor, its processes and the server's address
//	kubeconfig    for people and programs, as cluster admin (mode 0600)
//	cluster/      what lasts, made whole in one rename: cluster.json, pki/, etcd/
//	log/          one file per process, from its latest start
package state
