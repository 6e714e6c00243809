package logging

import (
	"fmt"

	"github.com/plinth-iac/plinth/components/observe"
)

// lokiAlerts need so many Lokis, of which a majority takes and answers. Metrics: Loki v3.6.11, pkg/ingester/metrics.go,
// pkg/validation/validate.go, pkg/compactor/metrics.go, and its mixin's for requests.
func lokiAlerts(replicas int, onVolume bool) []observe.Alert {
	alerts := []observe.Alert{
		{
			Name: "LokiDown", For: "5m", Severity: observe.Critical,
			Expr:    fmt.Sprintf(`(sum(up{namespace="%s",container="loki"}) or vector(0)) < %d`, Namespace, replicas/2+1),
			Summary: "Too few instances of Loki run to take logs or to find any.",
			Remedy:  "See why its pods in the namespace logging do not run. Collectors wait, and send what the nodes' files still have.",
		},
		{
			Name: "LokiRequestsFail", For: "15m", Severity: observe.Warning,
			Expr: fmt.Sprintf(`sum by (route) (rate(loki_request_duration_seconds_count{namespace="%[1]s",status_code=~"5.."}[5m]))`+
				` > 0.1 * sum by (route) (rate(loki_request_duration_seconds_count{namespace="%[1]s"}[5m]))`, Namespace),
			Summary: "More than 10 % of Loki's requests to {{ $labels.route }} fail.",
			Remedy:  "See its log. Most often it may not write to its bucket, its disk is full, or it lacks memory.",
		},
		{
			Name: "LokiRefusesLogs", For: "15m", Severity: observe.Warning,
			Expr:    fmt.Sprintf(`sum by (reason) (rate(loki_discarded_samples_total{namespace="%s"}[5m])) > 0`, Namespace),
			Summary: "Loki refuses logs: {{ $labels.reason }}.",
			Remedy:  "Where a limit is named, some pod prints far more than the others: find it by sum by (pod) (rate({namespace=~\".+\"}[5m])).",
		},
		{
			Name: "LokiDiskFull", Severity: observe.Critical,
			Expr:    fmt.Sprintf(`increase(loki_ingester_wal_disk_full_failures_total{namespace="%s"}[10m]) > 0`, Namespace),
			Summary: "{{ $labels.pod }} has no room on its disk: what it takes now is lost if it crashes.",
			Remedy:  "Raise plinth:logging.storage where logs are on a volume. With a bucket, see in the log why it does not write there.",
		},
		{
			Name: "LokiKeepsTooLong", For: "1h", Severity: observe.Warning,
			Expr: fmt.Sprintf(`time() - max(loki_compactor_apply_retention_last_successful_run_timestamp_seconds{namespace="%s"} > 0) > 86400`,
				Namespace),
			Summary: "Loki has deleted nothing that is older than the retention for a day.",
			Remedy:  "See the compactor's lines in its log; it may not be allowed to delete.",
		},
	}
	if replicas > 1 {
		alerts = append(alerts, observe.Alert{
			Name: "LokiInstanceMissing", For: "15m", Severity: observe.Warning,
			Expr:    fmt.Sprintf(`(sum(up{namespace="%s",container="loki"}) or vector(0)) < %d`, Namespace, replicas),
			Summary: fmt.Sprintf("{{ $value }} of %d instances of Loki run; with one more gone it takes no logs.", replicas),
			Remedy:  "See why the pod that is missing in the namespace logging does not run.",
		})
	}
	if onVolume {
		alerts = append(alerts, observe.Disks("Loki", Namespace, lokiApp, "logging")...)
	}
	return alerts
}

// alloyAlerts are about the collectors. Metrics: Alloy v1.18.1, internal/component/common/loki/client/metrics.go.
var alloyAlerts = []observe.Alert{
	collectorMissing("alloy"),
	{
		Name: "LogsLost", Severity: observe.Warning,
		Expr:    fmt.Sprintf(`sum by (pod) (increase(loki_write_dropped_entries_total{namespace="%s"}[15m])) > 0`, AgentsNamespace),
		Summary: "The collector {{ $labels.pod }} dropped {{ $value }} lines that Loki refused.",
		Remedy:  "Its log has Loki's answer.",
	},
	{
		Name: "NoLogsCollected", For: "15m", Severity: observe.Critical,
		Expr:    fmt.Sprintf(`(sum(rate(loki_write_sent_entries_total{namespace="%s"}[10m])) or vector(0)) == 0`, AgentsNamespace),
		Summary: "No node's logs reach Loki.",
		Remedy:  "See the log of a pod in the namespace logging-agents, and whether Loki runs.",
	},
}

// elasticAlerts are for so many nodes, of which a majority must run. Neither Elasticsearch nor Filebeat has metrics that Prometheus
// understands, so it is asked what Kubernetes knows of them; metrics: kube-state-metrics.
func elasticAlerts(nodes int) []observe.Alert {
	alerts := []observe.Alert{
		{
			Name: "ElasticsearchDown", For: "5m", Severity: observe.Critical,
			Expr: fmt.Sprintf(`(sum(kube_statefulset_status_replicas_ready{namespace="%s",statefulset="%s"}) or vector(0)) < %d`,
				Namespace, elasticSet, nodes/2+1),
			Summary: "Too few nodes of Elasticsearch are ready to take logs or to find any.",
			Remedy:  "Ask why: kubectl -n logging describe elasticsearch logs. Filebeat waits, and sends what the nodes' files still have.",
		},
		collectorMissing(filebeatSet),
		{
			Name: "KibanaDown", For: "15m", Severity: observe.Warning,
			Expr: fmt.Sprintf(`(sum(kube_deployment_status_replicas_available{namespace="%s",deployment="%s"}) or vector(0)) < 1`,
				Namespace, kibanaSet),
			Summary: "Kibana does not run: logs are kept, but nobody can look at them.",
			Remedy:  "Ask why: kubectl -n logging describe kibana logs.",
		},
	}
	if nodes > 1 {
		alerts = append(alerts, observe.Alert{
			Name: "ElasticsearchNodeMissing", For: "15m", Severity: observe.Warning,
			Expr: fmt.Sprintf(`(sum(kube_statefulset_status_replicas_ready{namespace="%s",statefulset="%s"}) or vector(0)) < %d`,
				Namespace, elasticSet, nodes),
			Summary: fmt.Sprintf("{{ $value }} of %d nodes of Elasticsearch are ready; some logs have no second copy.", nodes),
			Remedy:  "Ask why: kubectl -n logging describe elasticsearch logs.",
		})
	}
	return append(alerts, observe.Disks("Elasticsearch", Namespace, "elasticsearch-data-"+elasticSet+"-.*", "logging")...)
}

// collectorMissing is about the collectors' DaemonSet. Metrics: kube-state-metrics.
func collectorMissing(set string) observe.Alert {
	return observe.Alert{
		Name: "LogCollectorMissing", For: "15m", Severity: observe.Warning,
		Expr:    fmt.Sprintf(`kube_daemonset_status_number_unavailable{namespace="%s",daemonset="%s"} > 0`, AgentsNamespace, set),
		Summary: "The logs of {{ $value }} nodes are not collected.",
		Remedy:  "See why pods in the namespace logging-agents do not run. The nodes' files are overwritten at some 50 MB a container.",
	}
}
