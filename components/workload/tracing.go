package workload

import (
	"maps"
	"slices"
	"strings"

	"github.com/plinth-iac/plinth/components/network"
)

// Tracing is where workloads send their traces.
type Tracing struct {
	// Endpoint takes them by OTLP over HTTP, such as http://collector.tracing.svc:4318.
	Endpoint string
	// Collector is what answers there.
	Collector network.Peer
	// Environment that traces are told apart by, such as prod.
	Environment string
}

// traced tells whether the workload sends traces.
func (b *builder) traced() bool { return b.spec.Tracing && b.args.Tracing != nil }

// plainEnvironment is the workload's own, and what has OpenTelemetry's SDKs send traces, where it does not say otherwise.
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables
func (b *builder) plainEnvironment() map[string]string {
	if !b.traced() {
		return b.spec.Env
	}
	attributes := map[string]string{
		"service.namespace": b.spec.Namespace, "deployment.environment.name": b.args.Tracing.Environment,
	}
	if version := imageVersion(b.spec.Image); version != "" {
		attributes["service.version"] = version
	}
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		pairs = append(pairs, name+"="+attributes[name])
	}
	env := map[string]string{
		"OTEL_SERVICE_NAME":           b.name,
		"OTEL_RESOURCE_ATTRIBUTES":    strings.Join(pairs, ","),
		"OTEL_EXPORTER_OTLP_ENDPOINT": b.args.Tracing.Endpoint,
		"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
		"OTEL_TRACES_EXPORTER":        "otlp",
		// Prometheus and the log collector get those, and nobody takes them there.
		"OTEL_METRICS_EXPORTER": "none",
		"OTEL_LOGS_EXPORTER":    "none",
	}
	maps.Copy(env, b.spec.Env)
	return env
}
