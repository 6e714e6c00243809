// Package rabbitmq runs the platform's RabbitMQ.
//
//	broker, err := rabbitmq.New(ctx, "rabbitmq", &rabbitmq.Args{
//		Spec:      spec.Complete(),
//		Namespace: ns.Name, NamespaceName: "data",
//		Clients:   []network.Peer{{Namespace: "apps", App: "ml-inference"}},
//		Random:    random,
//	}, pulumi.Provider(kubernetes))
//	broker.Connection // for the workloads that use it
//
// Mode single is one broker of the official image on one disk (see package dataservice). It imports its definitions at each
// start, and a change of them makes a new start: a user, the queues of the stack file, their dead-letter queues and a
// policy for each. What was imported once and is gone from the stack file stays on the broker, since there may be messages
// in it; delete it with kubectl exec -n data rabbitmq-0 -- rabbitmqctl delete_queue <name>.
//
// Mode ha is three nodes or more, run by RabbitMQ's own operators (see package operators) under the name <name>-ha, with a copy of
// every message on most of them. What is declared there, virtual hosts, users, their rights, queues, dead letters and policies, are
// custom resources: a change of the stack file changes the broker, and what is changed on the broker is put back. In prod a queue that
// leaves the file stays on the broker. With tls clients speak TLS only; the nodes and the operators among each other do not, behind
// their network policies.
//
// Mode managed has the cloud run it (see package managed).
//
// Where Prometheus is there it watches the brokers and each queue (see Alerts). A change that would lose data, to another mode or
// a smaller disk, is refused.
//
// All queues are quorum queues, the ones that count deliveries, so that a message which kills its consumer ends up in the
// dead-letter queue and is not delivered for ever; and mode ha has the same. Limits, time to live and dead-lettering are
// policies, not arguments of the queue: those of an existing queue could not be changed, and a client that declares the
// queue with none would be refused.
//
// The metrics come from RabbitMQ's own Prometheus plugin, which its makers maintain in place of an exporter; in mode managed from an
// OpenTelemetry collector, <name>-exporter, that asks the management API as a user who may only look.
package rabbitmq
