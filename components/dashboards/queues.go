package dashboards

import (
	"fmt"

	"github.com/plinth-iac/plinth/components/grafana"
	"github.com/plinth-iac/plinth/components/spec"
)

const (
	// chosenQueues are those chosen, living all but those of dead letters, and dead these.
	chosenQueues = `,queue=~"$queue"`
	living       = `,queue!~".*\\.dead"`
	dead         = `,queue=~".*\\.dead"`
)

// queues are RabbitMQ's. Of a queue that is on several nodes the largest count is its leader's.
func (a *Args) queues() *grafana.Dashboard {
	d := &grafana.Dashboard{
		UID: "plinth-queues", Title: "Queues", Description: "What waits in RabbitMQ, how fast it comes and goes, and what nobody could handle.",
	}
	if !a.hasQueues() {
		return d
	}
	d.Variables = []grafana.Variable{
		{Name: "queue", Label: "Queue", Metric: fmt.Sprintf(`rabbitmq_detailed_queue_messages_ready{namespace="%s"}`, a.Data), Of: "queue"},
	}
	d.Rows = []grafana.Row{
		{Title: "Messages", Panels: append(a.depth(chosenQueues), a.flow()...)},
		{Title: "Dead letters", Panels: a.deadLetters()},
		{Title: "Brokers", Panels: a.brokers()},
	}
	return d
}

// hasQueues tells whether RabbitMQ is in the cluster, where its own plugin is scraped.
func (a *Args) hasQueues() bool { return a.RabbitMQ == spec.Single || a.RabbitMQ == spec.HA }

// largest is a gauge of queues, and perSecond a counter of theirs.
func (a *Args) largest(metric, queues string) string {
	return fmt.Sprintf(`max by (vhost, queue) (rabbitmq_detailed_%s{namespace="%s"%s})`, metric, a.Data, queues)
}

func (a *Args) perSecond(metric string) string {
	return fmt.Sprintf(`sum by (vhost, queue) (rate(rabbitmq_detailed_%s{namespace="%s"%s}[$__rate_interval]))`, metric, a.Data, chosenQueues)
}

// depth of queues.
func (a *Args) depth(queues string) []grafana.Panel {
	return []grafana.Panel{
		{
			Title: "Ready", Description: "Messages that wait for a consumer: the depth of the queue.", Unit: "short",
			Queries: query("{{queue}}", "%s", a.largest("queue_messages_ready", queues)),
		},
		{
			Title: "Unacknowledged", Description: "Messages that a consumer has taken and not yet finished.", Unit: "short",
			Queries: query("{{queue}}", "%s", a.largest("queue_messages_unacked", queues)),
		},
		{
			Title: "Consumers", Description: "Who takes messages. None at all leaves them waiting.", Unit: "short",
			Queries: query("{{queue}}", "%s", a.largest("queue_consumers", queues)),
		},
	}
}

func (a *Args) flow() []grafana.Panel {
	return []grafana.Panel{
		{
			Title: "Published", Description: "Messages put into a queue per second.", Unit: "cps",
			Queries: []grafana.Query{{
				Expr: fmt.Sprintf(`sum by (queue) (rate(rabbitmq_detailed_queue_exchange_messages_published_total{namespace="%s"%s}[$__rate_interval]))`,
					a.Data, chosenQueues),
				Legend: "{{queue}}",
			}},
		},
		{
			Title: "Consumed", Description: "Messages given to consumers per second, and those they acknowledged. The two differ while consumers fail.", Unit: "cps",
			Queries: []grafana.Query{
				{Expr: a.perSecond("queue_messages_delivered_ack_total") + " + " + a.perSecond("queue_messages_delivered_total"), Legend: "{{queue}} given"},
				{Expr: a.perSecond("queue_messages_acked_total"), Legend: "{{queue}} acknowledged"},
			},
		},
		{
			Title: "Given again", Description: "Messages that a consumer gave back or lost, and that were given to one again.", Unit: "cps",
			Queries: query("{{queue}}", "%s", a.perSecond("queue_messages_redelivered_total")),
		},
	}
}

func (a *Args) deadLetters() []grafana.Panel {
	var reasons []grafana.Query
	for _, reason := range []struct{ metric, legend string }{
		{"rejected", "rejected"}, {"delivery_limit", "given too often"}, {"expired", "too old"}, {"maxlen", "queue full"},
	} {
		reasons = append(reasons, grafana.Query{Legend: reason.legend, Expr: fmt.Sprintf(
			`sum(rate(rabbitmq_global_messages_dead_lettered_%s_total{namespace="%s"}[$__rate_interval]))`, reason.metric, a.Data)})
	}
	return []grafana.Panel{
		{
			Title: "Dead letters", Description: "Messages that nobody could handle. They stay until someone looks.", Unit: "short",
			Queries: query("{{queue}}", "%s", a.largest("queue_messages_ready", dead)),
		},
		{Title: "Dead letters by reason", Description: "Why messages became dead letters, per second.", Unit: "cps", Queries: reasons},
	}
}

func (a *Args) brokers() []grafana.Panel {
	on := fmt.Sprintf(`{namespace="%s"}`, a.Data)
	return []grafana.Panel{
		{
			Title: "Memory of the limit", Description: "At 100 % publishers are blocked on all nodes.", Unit: "percentunit", Max: 1,
			Queries: query("{{pod}}", `max by (pod) (rabbitmq_process_resident_memory_bytes%[1]s / rabbitmq_resident_memory_limit_bytes%[1]s)`, on),
		},
		{
			Title: "Disk left", Description: "Below the limit publishers are blocked on all nodes.", Unit: "bytes",
			Queries: []grafana.Query{
				{Expr: fmt.Sprintf(`max by (pod) (rabbitmq_disk_space_available_bytes%s)`, on), Legend: "{{pod}}"},
				{Expr: fmt.Sprintf(`max(rabbitmq_disk_space_available_limit_bytes%s)`, on), Legend: "limit"},
			},
		},
		{
			Title: "Connections", Description: "Clients and their channels.", Unit: "short",
			Queries: []grafana.Query{
				{Expr: fmt.Sprintf(`sum(rabbitmq_connections%s)`, on), Legend: "connections"},
				{Expr: fmt.Sprintf(`sum(rabbitmq_channels%s)`, on), Legend: "channels"},
			},
		},
	}
}
