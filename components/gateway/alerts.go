package gateway

import "github.com/plinth-iac/plinth/components/observe"

// Alerts of the gateway. Metrics: envoyproxy/gateway v1.9.0, charts/gateway-addons-helm/dashboards.
var Alerts = []observe.Alert{
	{
		Name: "GatewayFails", For: "10m", Severity: observe.Critical,
		Expr: `sum by (envoy_cluster_name) (rate(envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name=~"(http|grpc)route/.*"}[5m])) ` +
			`> 0.05 * sum by (envoy_cluster_name) (rate(envoy_cluster_upstream_rq_xx{envoy_cluster_name=~"(http|grpc)route/.*"}[5m]))`,
		Summary: "More than one in 20 requests to {{ $labels.envoy_cluster_name }} fails.",
		Remedy:  "Look at the gateway's access log for the details of status 5xx, and at the workload's own log and restarts.",
	},
	{
		Name: "GatewayDown", For: "5m", Severity: observe.Critical,
		Expr:    `absent(envoy_server_live == 1)`,
		Summary: "No proxy of the gateway is alive: no host of the platform answers.",
		Remedy:  "Look at the pods of the namespace envoy-gateway-system, those named envoy first, and at their events.",
	},
}
