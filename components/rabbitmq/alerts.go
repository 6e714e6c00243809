package rabbitmq

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/spec"
)

// observe has the brokers scraped and watched. What /metrics says of queues is their sum: each has to be asked for.
func (b *builder) observe() error {
	if b.args.Monitoring == nil {
		return nil
	}
	app := b.name
	if b.spec.Mode == spec.HA {
		app += "-ha"
	}
	return observe.New(b.ctx, app, &observe.Args{
		Namespace: b.args.Namespace, App: app, Alerts: Alerts(b.args.NamespaceName, app, b.spec),
		Ports: []observe.Port{
			{Number: metricsPort},
			{Number: metricsPort, Path: "/metrics/detailed", Params: map[string][]string{"family": {
				"queue_coarse_metrics", "queue_consumer_count", "queue_delivery_metrics", "queue_exchange_metrics",
			}}},
		},
	}, b.parent, pulumi.DependsOn(b.args.Monitoring))
}

// Alerts are about the brokers called app, in the modes single and ha. The metrics are those of RabbitMQ's own plugin, by the names
// in rabbitmq/rabbitmq-server, deps/rabbitmq_prometheus/metrics.md and metrics-detailed.md, and the kubelet's.
func Alerts(namespace, app string, s Spec) []observe.Alert {
	pods, claims, nodes := app+"-[0-9]+", app+"-data", 1
	if s.Mode == spec.HA {
		pods, nodes = app+"-server-[0-9]+", s.Instances
		claims = "persistence-" + pods
	}
	on := fmt.Sprintf(`{namespace="%s",pod=~"%s"}`, namespace, pods)
	look := fmt.Sprintf("Look at `kubectl get pods -n %s -l app.kubernetes.io/name=%s` and at their logs.", namespace, app)
	alerts := []observe.Alert{
		{
			Name: "RabbitMQDown", Expr: fmt.Sprintf("absent(rabbitmq_build_info%s)", on), For: "2m", Severity: observe.Critical,
			Summary: "No node of " + app + " answers.", Remedy: look,
		},
		{
			Name: "RabbitMQNodeMissing", Expr: fmt.Sprintf("count(rabbitmq_build_info%s) < %d", on, nodes), For: "10m", Severity: observe.Warning,
			Summary: fmt.Sprintf("{{ $value }} of %d nodes of %s are up; queues stop when most of their nodes are gone.", nodes, app), Remedy: look,
		},
		{
			Name: "RabbitMQMemoryAlarm", Expr: fmt.Sprintf("rabbitmq_alarms_memory_used_watermark%s > 0", on), For: "1m", Severity: observe.Critical,
			Summary: "{{ $labels.pod }} is out of memory: publishers are blocked on all nodes.",
			Remedy:  "Raise plinth:rabbitmq.memory, or look for clients with many connections, channels or messages that they do not acknowledge.",
		},
		{
			Name: "RabbitMQMemoryNearLimit", For: "10m", Severity: observe.Warning,
			Expr:    fmt.Sprintf("rabbitmq_process_resident_memory_bytes%s > 0.9 * rabbitmq_resident_memory_limit_bytes%s", on, on),
			Summary: "{{ $labels.pod }} uses more than 90 % of the memory at which publishers are blocked.",
			Remedy:  "Raise plinth:rabbitmq.memory, or look for clients with many connections, channels or messages that they do not acknowledge.",
		},
		{
			Name: "RabbitMQDiskAlarm", Expr: fmt.Sprintf("rabbitmq_alarms_free_disk_space_watermark%s > 0", on), For: "1m", Severity: observe.Critical,
			Summary: "{{ $labels.pod }} has too little disk left: publishers are blocked on all nodes.",
			Remedy:  "Raise plinth:rabbitmq.storage, or have the queues consumed.",
		},
		{
			Name: "RabbitMQConnectionsNearLimit", For: "10m", Severity: observe.Warning,
			Expr:    fmt.Sprintf("rabbitmq_process_open_fds%s > 0.8 * rabbitmq_process_max_fds%s", on, on),
			Summary: "{{ $labels.pod }} has used more than 80 % of its file descriptors, of which each connection needs one.",
			Remedy:  "Look for clients that do not close their connections: rabbitmqctl list_connections.",
		},
	}
	alerts = append(alerts, pluginTerms.queueAlerts(on)...)
	return append(alerts, observe.Disks("RabbitMQ", namespace, claims, "rabbitmq")...)
}

// terms are what tells of queues calls it: the series of a queue, up to its selector, and its labels.
type terms struct{ ready, unacknowledged, consumers, queue, vhost string }

var pluginTerms = terms{
	ready: `rabbitmq_detailed_queue_messages_ready{`, unacknowledged: `rabbitmq_detailed_queue_messages_unacked{`,
	consumers: `rabbitmq_detailed_queue_consumers{`, queue: "queue", vhost: "vhost",
}

// queueAlerts leave dead-letter queues out but for the one about them. The largest count is the leader's: another node may remember an older one.
func (t terms) queueAlerts(on string) []observe.Alert {
	selector := func(series, match string) string { return series + on[1:len(on)-1] + `,` + t.queue + match + `}` }
	living := func(series string) string { return selector(series, `!~".*\\.dead"`) }
	by, label := fmt.Sprintf("max by (%s, %s)", t.vhost, t.queue), "{{ $labels."+t.queue+" }}"
	ready := living(t.ready)
	return []observe.Alert{
		{
			Name: "RabbitMQQueueGrowing", For: "30m", Severity: observe.Warning,
			Expr:    fmt.Sprintf("%[1]s (%[2]s) > 1000 and %[1]s (deriv(%[2]s[30m])) > 0", by, ready),
			Summary: fmt.Sprintf("The queue %s has {{ $value }} messages waiting, and gets more.", label),
			Remedy:  "Its consumers are too slow, too few or gone: look at them, and at replicas.queue of their workload.",
		},
		{
			Name: "RabbitMQNoConsumers", For: "10m", Severity: observe.Warning,
			Expr:    fmt.Sprintf("%[1]s (%[2]s) > 0 and %[1]s (%[3]s) == 0", by, ready, living(t.consumers)),
			Summary: fmt.Sprintf("The queue %s has {{ $value }} messages, and nobody takes them.", label),
			Remedy:  "Look at the workloads that use it.",
		},
		{
			Name: "RabbitMQUnacknowledged", For: "30m", Severity: observe.Warning,
			Expr:    fmt.Sprintf("%s (%s) > 1000", by, living(t.unacknowledged)),
			Summary: fmt.Sprintf("Consumers of %s hold {{ $value }} messages that they have not acknowledged.", label),
			Remedy:  "Look for consumers that hang, and give them a prefetch limit.",
		},
		{
			Name: "RabbitMQDeadLetters", For: "5m", Severity: observe.Warning,
			Expr:    fmt.Sprintf("%s (%s) > 0", by, selector(t.ready, `=~".*\\.dead"`)),
			Summary: fmt.Sprintf("{{ $value }} messages in %s were rejected, or given up on.", label),
			Remedy:  "Find out why from the log of the consumer, and then publish them again or delete them.",
		},
	}
}
