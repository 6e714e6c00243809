package observe

import (
	"fmt"
	"strings"
)

const (
	// RequestRate is recorded by Requests: requests per second over five minutes, by namespace, workload and class. class is 1xx to
	// 5xx; gRPC's codes are told by the same: 5xx are those that the server is to blame for, 4xx all others but OK. It is empty
	// where a request had no response.
	RequestRate = "plinth:requests:rate5m"
	// RequestSeconds is recorded by Requests: how long requests took over five minutes, in seconds, by namespace, workload and
	// quantile, which is 0.5, 0.95 or 0.99. It is NaN while nobody asks.
	RequestSeconds = "plinth:request_duration_seconds:quantile5m"
)

// Recording is a recording rule.
type Recording struct {
	// Record is the metric that the result is kept under.
	Record string
	// Expr is PromQL.
	Expr string
	// Labels that the result gets in addition.
	Labels map[string]string
}

// dialect is how one kind of server, or of what is linked into it, tells of its requests.
type dialect struct {
	// count is a counter of requests, and class adds that label to its rate.
	count, class string
	// bucket of a histogram, whose unit is scale seconds.
	bucket, scale string
	// workload adds the labels namespace and workload to either.
	workload func(string) string
}

// dialects, the first of which that a workload speaks counts. The gateway is asked last, as it sees only what comes through it.
var dialects = []dialect{
	{
		// Spring Boot, https://docs.spring.io/spring-boot/reference/actuator/metrics.html, "Spring MVC Metrics", named as in Micrometer's
		// PrometheusNamingConvention. It has buckets only with management.metrics.distribution.percentiles-histogram.http.server.requests.
		// What asks its actuator are probes and Prometheus.
		count: `http_server_requests_seconds_count{uri!~"/actuator(/.*)?"}`, class: httpClass("status"),
		bucket: `http_server_requests_seconds_bucket{uri!~"/actuator(/.*)?"}`, scale: "1", workload: scraped,
	},
	{
		// OpenTelemetry, semantic-conventions v1.44.0, docs/http/http-metrics.md, named as in the specification's
		// compatibility/prometheus_and_openmetrics.md.
		count: `http_server_request_duration_seconds_count`, class: httpClass("http_response_status_code"),
		bucket: `http_server_request_duration_seconds_bucket`, scale: "1", workload: scraped,
	},
	{
		// The same, docs/rpc/rpc-metrics.md. The attribute of the code was renamed on the way to its release.
		count:  `rpc_server_call_duration_seconds_count`,
		class:  grpcClass(`label_join(%s, "rpc_status_code", "", "rpc_status_code", "rpc_response_status_code")`, "rpc_status_code"),
		bucket: `rpc_server_call_duration_seconds_bucket`, scale: "1", workload: scraped,
	},
	{
		// The same as it was up to v1.37.0, and as most libraries have it until they are told otherwise.
		count: `rpc_server_duration_milliseconds_count`, class: grpcClass("%s", "rpc_grpc_status_code"),
		bucket: `rpc_server_duration_milliseconds_bucket`, scale: "1e-3", workload: scraped,
	},
	{
		// TensorFlow Serving 2.19.0, servables/tensorflow/util.cc, named as in util/prometheus_exporter.cc: in microseconds.
		count: `:tensorflow:serving:request_count`, class: grpcClass("%s", "status"),
		bucket: `:tensorflow:serving:request_latency_bucket`, scale: "1e-6", workload: scraped,
	},
	{
		// Envoy Gateway v1.9.0, charts/gateway-addons-helm/dashboards/envoy-clusters.json; a cluster of Envoy is named after its route
		// (internal/gatewayapi/helpers.go, irRouteDestinationName), and the route after its workload. In milliseconds.
		count:  `envoy_cluster_upstream_rq_xx{envoy_cluster_name=~"(http|grpc)route/.*"}`,
		class:  `label_replace(%s, "class", "${1}xx", "envoy_response_code_class", "(.)")`,
		bucket: `envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name=~"(http|grpc)route/.*"}`, scale: "1e-3", workload: routed,
	},
}

// Requests are recording rules that bring what workloads tell of the requests they answer into two metrics, RequestRate and
// RequestSeconds, whatever they are written in: Spring Boot's metrics, OpenTelemetry's for HTTP and for gRPC, and TensorFlow Serving's
// are known; of others Envoy Gateway tells, as far as they have a route. A workload is called as its Service is, by the label
// service that a ServiceMonitor gives.
func Requests() []Recording {
	rates := make([]string, len(dialects))
	for i, d := range dialects {
		rates[i] = fmt.Sprintf("sum by (namespace, workload, class) (%s)", d.workload(fmt.Sprintf(d.class, "rate("+d.count+"[5m])")))
	}
	recordings := []Recording{{Record: RequestRate, Expr: firstOf(rates)}}
	for _, quantile := range []string{"0.5", "0.95", "0.99"} {
		seconds := make([]string, len(dialects))
		for i, d := range dialects {
			buckets := d.workload("rate(" + d.bucket + "[5m])")
			seconds[i] = fmt.Sprintf("%s * histogram_quantile(%s, sum by (namespace, workload, le) (%s))", d.scale, quantile, buckets)
		}
		recordings = append(recordings, Recording{
			Record: RequestSeconds, Expr: firstOf(seconds), Labels: map[string]string{"quantile": quantile},
		})
	}
	return recordings
}

// firstOf is the first of the expressions for each workload.
func firstOf(exprs []string) string { return strings.Join(exprs, "\nor on (namespace, workload)\n") }

func httpClass(label string) string {
	return fmt.Sprintf(`label_replace(%%s, "class", "${1}xx", %q, "([1-5])..")`, label)
}

// grpcClass is by the list of errors in OpenTelemetry's docs/rpc/grpc.md, and by the numbers of the codes.
func grpcClass(rate, label string) string {
	for _, of := range []struct{ class, codes string }{
		{"4xx", ".+"},
		{"2xx", "OK|0"},
		{"5xx", "UNKNOWN|DEADLINE_EXCEEDED|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS|2|4|12|13|14|15"},
	} {
		rate = fmt.Sprintf(`label_replace(%s, "class", %q, %q, %q)`, rate, of.class, label, of.codes)
	}
	return rate
}

func scraped(expr string) string {
	return fmt.Sprintf(`label_replace(%s, "workload", "$1", "service", "(.*)")`, expr)
}

func routed(expr string) string {
	const name = `"envoy_cluster_name", "[a-z]+/([^/]+)/([^/]+)/.*"`
	return fmt.Sprintf(`label_replace(label_replace(%s, "namespace", "$1", %[2]s), "workload", "$2", %[2]s)`, expr, name)
}
