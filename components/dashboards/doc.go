// Package dashboards makes the platform's dashboards in Grafana, as code: an overview of what runs, the workloads that serve models,
// the databases, and the queues.
//
//	err := dashboards.New(ctx, "dashboards", &dashboards.Args{
//		Namespace: monitoring.Namespace, Data: "data", Postgres: spec.HA, RabbitMQ: spec.Single, Models: []string{"ml-inference"}, GPU: true, Logs: true,
//	}, pulumi.Parent(...))
//
// Each is one ConfigMap (see components/grafana). There is a dashboard, a row and a panel for what the platform has, and none for
// what it has not. What they ask for is what the exporters of the data services, the kubelet and kube-state-metrics export, and what
// observe.Requests records of workloads' requests; tests/rules checks that each expression parses and each metric is one of those.
package dashboards
