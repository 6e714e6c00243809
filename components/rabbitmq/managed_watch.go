package rabbitmq

import (
	"encoding/json"
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/observe"
)

const (
	// collectorImage is the project's own that has the receiver rabbitmq: opentelemetry-collector-releases, distributions/otelcol-contrib.
	collectorImage = "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib:0.159.0"
	collectorUser  = 10001 // USER_UID of the image
	collectorPort  = 8889
	collectorFile  = "config.json"

	// monitorName is the user of a managed broker that may look at all of it, and change nothing.
	monitorName = "monitor"
)

// watchManaged has an OpenTelemetry collector of our own ask the broker's management API, which tells of all nodes, as the user monitor.
// RabbitMQ's own plugin tells of the node that is asked, and Amazon MQ has one load balancer before three; rabbitmq_exporter ended
// with RabbitMQ 3 (kbudde/rabbitmq_exporter#383).
func watchManaged(
	ctx *pulumi.Context, name string, args *Args, broker *managed.Server, password pulumi.StringOutput, opts ...pulumi.ResourceOption,
) error {
	if args.Monitoring == nil {
		return nil
	}
	exporter := name + "-exporter"
	configuration := pulumi.All(broker.Admin, password).ApplyT(func(all []any) (string, error) {
		return collectorConfiguration(all[0].(string), all[1].(string))
	}).(pulumi.StringOutput)
	return dataservice.NewExporter(ctx, exporter, &dataservice.ExporterArgs{
		Namespace: args.Namespace, User: collectorUser, Port: collectorPort,
		Container: corev1.ContainerArgs{
			Image:     pulumi.String(collectorImage),
			Args:      pulumi.ToStringArray([]string{"--config", dataservice.ExporterPath + "/" + collectorFile}),
			Resources: dataservice.Resources("20m", "256Mi"),
		},
		Files:         pulumi.StringMap{collectorFile: pulumi.ToSecret(configuration).(pulumi.StringOutput)},
		Server:        network.Peer{CIDR: broker.Range, Ports: []int{broker.AdminPort}},
		Alerts:        managedAlerts(args.NamespaceName, exporter),
		PriorityClass: args.PriorityClass, Monitoring: args.Monitoring,
	}, opts...)
}

// collectorConfiguration is the collector's, as JSON, which is YAML: what the receiver rabbitmq tells of queues and, asked for one by
// one, of nodes. The names are left as they are, with underscores.
func collectorConfiguration(api, password string) (string, error) {
	metrics := map[string]any{}
	for _, metric := range []string{"uptime", "mem_used", "mem_limit", "mem_alarm", "disk_free", "disk_free_limit", "disk_free_alarm", "fd_used", "fd_total"} {
		metrics["rabbitmq.node."+metric] = map[string]any{"enabled": true}
	}
	text, err := json.Marshal(map[string]any{
		"receivers": map[string]any{"rabbitmq": map[string]any{
			"endpoint": api, "username": monitorName, "password": password, "collection_interval": "30s", "metrics": metrics,
		}},
		"exporters": map[string]any{"prometheus": map[string]any{
			"endpoint": fmt.Sprintf("0.0.0.0:%d", collectorPort),
			// What the broker no longer tells is not told on: its absence is what the alert goes by.
			"metric_expiration":                "2m",
			"resource_to_telemetry_conversion": map[string]any{"enabled": true},
			"translation_strategy":             "UnderscoreEscapingWithoutSuffixes",
			"without_scope_info":               true,
		}},
		"service": map[string]any{
			"pipelines": map[string]any{"metrics": map[string]any{"receivers": []string{"rabbitmq"}, "exporters": []string{"prometheus"}}},
			"telemetry": map[string]any{"metrics": map[string]any{"level": "none"}},
		},
	})
	if err != nil {
		return "", fmt.Errorf("writing the configuration of the collector: %w", err)
	}
	return string(text), nil
}

var collectorTerms = terms{
	ready: `rabbitmq_message_current{state="ready",`, unacknowledged: `rabbitmq_message_current{state="unacknowledged",`,
	consumers: `rabbitmq_consumer_count{`, queue: "rabbitmq_queue_name", vhost: "rabbitmq_vhost_name",
}

// managedAlerts are about a broker that the cloud runs. Of a node that is down the API knows the name alone, and the receiver takes the
// rest for 0.
func managedAlerts(namespace, exporter string) []observe.Alert {
	on := fmt.Sprintf(`{namespace="%s",pod=~"%s-[a-z0-9]+-[a-z0-9]{5}"}`, namespace, exporter)
	const (
		node   = "{{ $labels.rabbitmq_node_name }}"
		memory = "Raise plinth:rabbitmq.memory, or look for clients with many connections, channels or messages that they do not acknowledge."
		look   = "Look at the broker's state and events in the cloud's console."
	)
	return append([]observe.Alert{
		{
			Name: "RabbitMQDown", Expr: fmt.Sprintf("absent(rabbitmq_node_uptime%s)", on), For: "5m", Severity: observe.Critical,
			Summary: "The broker does not answer.",
			Remedy: fmt.Sprintf("Look at `kubectl logs -n %s deployment/%s`, and at the broker's state and events in the cloud's console.",
				namespace, exporter),
		},
		{
			Name: "RabbitMQNodeMissing", Expr: fmt.Sprintf("rabbitmq_node_uptime%s == 0", on), For: "10m", Severity: observe.Warning,
			Summary: node + " is down; queues stop when most of their nodes are gone.", Remedy: look,
		},
		{
			Name: "RabbitMQMemoryAlarm", Expr: fmt.Sprintf("rabbitmq_node_mem_alarm%s > 0", on), For: "1m", Severity: observe.Critical,
			Summary: node + " is out of memory: publishers are blocked on all nodes.", Remedy: memory,
		},
		{
			Name: "RabbitMQMemoryNearLimit", For: "10m", Severity: observe.Warning,
			Expr:    fmt.Sprintf("rabbitmq_node_mem_used%[1]s > 0.9 * rabbitmq_node_mem_limit%[1]s", on),
			Summary: node + " uses more than 90 % of the memory at which publishers are blocked.", Remedy: memory,
		},
		{
			Name: "RabbitMQDiskAlarm", Expr: fmt.Sprintf("rabbitmq_node_disk_free_alarm%s > 0", on), For: "1m", Severity: observe.Critical,
			Summary: node + " has too little disk left: publishers are blocked on all nodes.",
			Remedy:  "Have the queues consumed, or raise plinth:rabbitmq.memory for a larger broker, whose disk the cloud sizes.",
		},
		{
			Name: "RabbitMQConnectionsNearLimit", For: "10m", Severity: observe.Warning,
			Expr:    fmt.Sprintf("rabbitmq_node_fd_used%[1]s > 0.8 * rabbitmq_node_fd_total%[1]s", on),
			Summary: node + " has used more than 80 % of its file descriptors, of which each connection needs one.",
			Remedy:  "Look for clients that do not close their connections, in the broker's own console.",
		},
	}, collectorTerms.queueAlerts(on)...)
}
