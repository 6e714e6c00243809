package workload

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/observe"
)

// watch has Prometheus read the workload's metrics and watch over it.
func (b *builder) watch() error {
	if b.args.Monitoring == nil {
		return nil
	}
	args := &observe.Args{Namespace: b.args.Namespace, App: b.name, Service: b.name, Alerts: b.alerts()}
	if m := b.spec.Metrics; m != nil {
		args.Ports = []observe.Port{{Number: b.spec.Ports[m.Port], Path: m.Path}}
	}
	return observe.New(b.ctx, b.name, args, b.parent, pulumi.DependsOn(b.args.Monitoring))
}

// alerts about the workload, each with what to change in the stack file. Most are by the cluster's own metrics, and need none of the
// workload's.
func (b *builder) alerts() []observe.Alert {
	path := "plinth:workloads." + b.name
	container := fmt.Sprintf(`{namespace=%q,container=%q}`, b.args.NamespaceName, b.name)
	pods := fmt.Sprintf(`{namespace=%q,pod=~%q}`, b.args.NamespaceName, b.name+b.podSuffix())
	alerts := []observe.Alert{
		{
			Name: "WorkloadRestarts", Severity: observe.Warning,
			Expr:    fmt.Sprintf("increase(kube_pod_container_status_restarts_total%s[30m]) > 3", container),
			Summary: b.name + " restarted {{ $value | humanize }} times in half an hour, in the pod {{ $labels.pod }}.",
			Remedy: fmt.Sprintf("Ask why: kubectl describe pod, and kubectl logs --previous. Out of memory: raise %s.resources.memory. "+
				"Failing probes: see %[1]s.probes. After a new version: go back to the one before in %[1]s.image.", path),
		},
		{
			Name: "WorkloadUnschedulable", For: "15m", Severity: observe.Warning,
			Expr:    fmt.Sprintf("kube_pod_status_unschedulable%s == 1", pods),
			Summary: "There has been no node for {{ $labels.pod }} for a quarter of an hour.",
			Remedy: fmt.Sprintf("Ask why: kubectl describe pod. Raise nodes.max of a pool under plinth:cluster.pools, or lower what "+
				"%s.resources asks for.", path),
		},
	}
	if b.autoscaled() && b.spec.Replicas.most() > b.usualReplicas() {
		alerts = append(alerts, b.atMaximum(path))
	}
	if b.spec.Metrics != nil {
		alerts = append(alerts, b.answers(path)...)
	}
	for _, shared := range []bool{false, true} {
		for _, volume := range b.spec.volumes(shared) {
			claims := volume + "-" + b.name
			if !shared {
				claims += "-[0-9]+"
			}
			key := fmt.Sprintf("workloads.%s.volumes.%s.size", b.name, volume)
			alerts = append(alerts, observe.Claims("Workload", b.args.NamespaceName, claims, key)...)
		}
	}
	for i := range alerts {
		alerts[i].Labels = map[string]string{"workload": b.name}
	}
	return alerts
}

// podSuffix is what controllers append to the names of their pods, as a regular expression.
func (b *builder) podSuffix() string {
	if b.spec.HasOwnVolumes() {
		return "-[0-9]+"
	}
	return "-[a-z0-9]+-[a-z0-9]{5}"
}

// usualReplicas are the fewest, or those of the busier part of the day.
func (b *builder) usualReplicas() int {
	if s := b.spec.Replicas.Schedule; s != nil {
		return max(s.Replicas, b.leastReplicas())
	}
	return b.leastReplicas()
}

// atMaximum finds the autoscaler under its own name, or under the one that KEDA gives it.
func (b *builder) atMaximum(path string) observe.Alert {
	hpa := fmt.Sprintf(`{namespace=%q,horizontalpodautoscaler=~"(keda-hpa-)?%s"}`, b.args.NamespaceName, b.name)
	return observe.Alert{
		Name: "WorkloadAtMaximum", For: "15m", Severity: observe.Warning,
		Expr: fmt.Sprintf("kube_horizontalpodautoscaler_status_desired_replicas%[1]s >= kube_horizontalpodautoscaler_spec_max_replicas%[1]s",
			hpa),
		Summary: b.name + " has had as many replicas as it may for a quarter of an hour, {{ $value }}, and may need more.",
		Remedy:  fmt.Sprintf("Raise %s.replicas.max, or what each replica is given in %[1]s.resources.", path),
	}
}

// answers are alerts about how requests are answered, by what observe.Requests records of them.
func (b *builder) answers(path string) []observe.Alert {
	m := b.spec.Metrics
	of := fmt.Sprintf(`namespace=%q,workload=%q`, b.args.NamespaceName, b.name)
	sum := "sum by (namespace, workload) (" + observe.RequestRate
	return []observe.Alert{
		{
			Name: "WorkloadErrors", For: "10m", Severity: observe.Critical,
			Expr:    fmt.Sprintf(`100 * %s{%s,class="5xx"}) / %[1]s{%[2]s}) > %d`, sum, of, m.Errors),
			Summary: fmt.Sprintf("%s fails {{ $value | humanize }} %% of its requests, which is more than %d %%.", b.name, m.Errors),
			Remedy: fmt.Sprintf("Look at its log, and at what it uses and calls. After a new version: go back to the one before in %s.image. "+
				"Where that many are to be expected, raise %[1]s.metrics.errors.", path),
		},
		{
			Name: "WorkloadSlow", For: "10m", Severity: observe.Warning,
			Expr:    fmt.Sprintf(`1000 * %s{%s,quantile="0.95"} > %d`, observe.RequestSeconds, of, m.Latency),
			Summary: fmt.Sprintf("5 of 100 requests to %s take more than {{ $value | humanize }} ms; 95 should be answered in %d ms.", b.name, m.Latency),
			Remedy: fmt.Sprintf("Give it more in %s.replicas or %[1]s.resources.cpu, look at what it uses and calls, or raise "+
				"%[1]s.metrics.latency.", path),
		},
	}
}
