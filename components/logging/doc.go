// Package logging collects the logs of all pods from every node and keeps them.
//
//	l, err := logging.New(ctx, "logging", &logging.Args{
//		Spec: spec, Services: c.Services, Replicas: 3, Zones: 3, KeepData: true, JSON: gateway.Proxies(),
//	}, opts...)
//	// l.Address is where Loki answers; empty with elastic, whose logs are looked at in Kibana.
//
// With store loki it creates Loki, one program with all of its parts, alone or three times over, as its makers advise below some
// 20 GB of logs a day and in place of the "simple scalable" mode, which they retire; its bucket and its right to it, or its volume; and
// Alloy on every node. Loki's compactor deletes what is older than the retention, in the bucket too, which has no age limit itself. With
// store elastic it creates the operator ECK, and of its kinds Elasticsearch, Kibana and a Beat, Filebeat on every node, with a
// lifecycle policy for the retention.
//
// Collectors read the nodes' files in /var/log/pods. The other way, through the API server, needs no right on the nodes, but all logs
// would pass through it, which clouds size for the cluster's control. So the collectors are root on the node, without any capability, see
// that folder read-only and write only where they note how far they have read; hostPath demands a namespace of the level privileged, which
// is logging-agents and holds nothing else. All else is in logging, restricted, or in ECK's own, restricted too.
//
// What pods print is kept as it is: nothing of Plinth prints a secret, and whoever may read logs reads what others' programs print.
package logging
