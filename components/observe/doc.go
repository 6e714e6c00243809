// Package observe has Prometheus scrape a component's pods and watch over them.
//
//	err := observe.New(ctx, "redis", &observe.Args{
//		Namespace: ns.Name, App: "redis", Ports: []observe.Port{{Number: 9121}},
//		Alerts: []observe.Alert{{Name: "RedisDown", Expr: "redis_up == 0", For: "2m", Severity: observe.Critical, Summary: "...", Remedy: "..."}},
//	}, pulumi.Parent(component))
//
// It registers a PodMonitor, or a ServiceMonitor where the pods are found through a Service, and a PrometheusRule, whose kinds the
// Prometheus operator brings, and a NetworkPolicy that lets Prometheus in. Requests are the recording rules by which the requests that
// workloads answer are known, in whatever they are written; to have only rules, give New neither Ports nor App. Rules gives them and
// the alerts as Prometheus' own rule files have them, for its rule tests: see tests/rules.
package observe
