package tracing

import "github.com/plinth-iac/plinth/components/observe"

// Alerts are about traces that are lost on their way. Metrics: the collector's own, opentelemetry.io/docs/collector/internal-telemetry,
// with the suffix that Prometheus' format adds.
var Alerts = []observe.Alert{
	{
		Name: "TracesRefused", For: "10m", Severity: observe.Warning,
		Expr:    `sum(rate(otelcol_receiver_refused_spans_total{namespace="` + Namespace + `"}[5m])) > 0`,
		Summary: "The OpenTelemetry collector is out of memory, and refuses traces.",
		Remedy:  "Lower plinth:tracing.sample, or look at what sends so much.",
	},
	{
		Name: "TracesLost", For: "10m", Severity: observe.Warning,
		Expr: `sum(rate(otelcol_exporter_send_failed_spans_total{namespace="` + Namespace + `"}[5m])) > 0 or ` +
			`sum(rate(otelcol_exporter_enqueue_failed_spans_total{namespace="` + Namespace + `"}[5m])) > 0`,
		Summary: "Jaeger does not take traces, or not fast enough: {{ $value }} spans are lost each second.",
		Remedy:  "Look at `kubectl get pods -n tracing` and at their logs: often Jaeger's disk is full.",
	},
}
