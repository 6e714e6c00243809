package tracing

import (
	"cmp"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/network"
)

const (
	// collector is what the chart names its Service and labels its pods: its templates, 0.170.0.
	collector = "opentelemetry-collector"
	// image is the smallest of the project's own that has the sampler: opentelemetry-collector-releases, distributions/otelcol-k8s.
	image = "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-k8s"
	// user of the images of both programs.
	user = 10001

	grpcPort    = 4317
	httpPort    = 4318
	metricsPort = 8888
	// healthPort is asked by the kubelet, which needs no door.
	healthPort = 13133
)

// otlpPorts take traces by OTLP, over gRPC and over HTTP.
var otlpPorts = []int{grpcPort, httpPort}

func (b *builder) collector() error {
	replicas := cmp.Or(b.args.Replicas, 1)
	off := pulumi.Map{"enabled": pulumi.Bool(false)}
	budget := pulumi.Map{"enabled": pulumi.Bool(replicas > 1)}
	if replicas > 1 {
		budget["minAvailable"] = pulumi.Int(1)
	}
	_, err := charts.Install(b.ctx, b.name+"-collector", &charts.InstallArgs{
		Chart: charts.OpenTelemetryCollector, Mirror: b.args.Mirror, Namespace: Namespace, In: b.namespace,
		Values: pulumi.Map{
			"mode": pulumi.String("deployment"), "replicaCount": pulumi.Int(replicas), "podDisruptionBudget": budget,
			"image": pulumi.Map{"repository": pulumi.String(image)},
			// It asks Kubernetes nothing.
			"serviceAccount": pulumi.Map{"automountServiceAccountToken": pulumi.Bool(false)},
			"ports": pulumi.Map{
				"jaeger-compact": off, "jaeger-thrift": off, "jaeger-grpc": off, "zipkin": off,
				"metrics": pulumi.Map{"enabled": pulumi.Bool(true)},
			},
			"alternateConfig":           pulumi.ToMap(b.collectorConfiguration()),
			"resources":                 charts.Requests("50m", "256Mi"),
			"podSecurityContext":        charts.RestrictedPod(user),
			"securityContext":           charts.RestrictedContainer(),
			"topologySpreadConstraints": charts.Spread(collector),
		},
		Pods: map[string]network.Rules{collector: {
			Ports: otlpPorts, From: b.args.Clients,
			To: []network.Peer{{Namespace: Namespace, App: jaeger, Ports: []int{grpcPort}}},
		}},
	}, b.parent)
	return err
}

// collectorConfiguration refuses traces before memory runs out, which makes programs try again, and hands on what is kept in batches.
func (b *builder) collectorConfiguration() map[string]any {
	const own = "${env:MY_POD_IP}" // set by the chart
	at := func(port int) map[string]any { return map[string]any{"endpoint": fmt.Sprintf("%s:%d", own, port)} }
	return map[string]any{
		"extensions": map[string]any{"health_check": at(healthPort)},
		"receivers":  map[string]any{"otlp": map[string]any{"protocols": map[string]any{"grpc": at(grpcPort), "http": at(httpPort)}}},
		"processors": map[string]any{
			"memory_limiter":        map[string]any{"check_interval": "1s", "limit_percentage": 80, "spike_limit_percentage": 25},
			"probabilistic_sampler": map[string]any{"sampling_percentage": b.args.Spec.Sample},
			"batch":                 map[string]any{},
		},
		"exporters": map[string]any{"otlp_grpc": map[string]any{
			"endpoint": fmt.Sprintf("%s.%s.svc:%d", jaeger, Namespace, grpcPort), "tls": map[string]any{"insecure": true},
		}},
		"service": map[string]any{
			"extensions": []any{"health_check"},
			"telemetry":  telemetry(own),
			"pipelines": map[string]any{"traces": map[string]any{
				"receivers": []any{"otlp"}, "processors": []any{"memory_limiter", "probabilistic_sampler", "batch"}, "exporters": []any{"otlp_grpc"},
			}},
		},
	}
}

// telemetry is what both programs tell of themselves: their log as JSON, and metrics on host.
func telemetry(host string) map[string]any {
	exporter := map[string]any{"prometheus": map[string]any{"host": host, "port": metricsPort}}
	return map[string]any{
		"logs":    map[string]any{"encoding": "json"},
		"metrics": map[string]any{"readers": []any{map[string]any{"pull": map[string]any{"exporter": exporter}}}},
	}
}
