// Package tracing takes the traces of the workloads, by OpenTelemetry's own protocol, and keeps them in Jaeger.
//
//	t, err := tracing.New(ctx, "tracing", &tracing.Args{
//		Spec: spec.Complete(...), Clients: []network.Peer{{Namespace: "apps", App: "api"}},
//	}, opts...)
//	// Programs send to tracing.Endpoint, at tracing.Collector().
//
// It creates the namespace tracing; the OpenTelemetry collector, which keeps a share of the traces and holds on to them for a while
// when Jaeger does not take them; Jaeger with a disk of its own (Badger), where a trace is deleted when it is old enough; and where
// there is monitoring, Jaeger as a datasource of Grafana and the alerts.
//
// Which traces are kept hangs on the trace's id alone, so that the parts of one are kept or dropped together, whatever replica of
// the collector they come by. Jaeger is one pod: Badger is a store of one process. While it is replaced nothing is seen of the
// traces, and none are lost. People get to its pages by kubectl port-forward -n tracing svc/jaeger 16686, or through Grafana.
//
// All pods run at the level restricted.
package tracing
