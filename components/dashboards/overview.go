package dashboards

import (
	"fmt"

	"github.com/plinth-iac/plinth/components/grafana"
	"github.com/plinth-iac/plinth/components/observe"
)

const (
	// chosen are the workloads chosen, and pods theirs: a workload's name is followed by what its Deployment, StatefulSet,
	// DaemonSet or Job adds.
	chosen = `namespace=~"$namespace",workload=~"$workload"`
	pods   = `namespace=~"$namespace",pod=~"($workload)-([a-z0-9]+-[a-z0-9]{5}|[a-z0-9]{5}|[0-9]+)"`
)

// overview is of everything that runs.
func (a *Args) overview() *grafana.Dashboard {
	d := &grafana.Dashboard{
		UID: "plinth-overview", Title: "System overview",
		Description: "What the workloads answer, and what their pods need for it. Begin here, and choose a namespace and a workload above.",
		Variables: []grafana.Variable{
			{Name: "namespace", Label: "Namespace", Metric: "kube_service_info", Of: "namespace"},
			{Name: "workload", Label: "Workload", Metric: `kube_service_info{namespace=~"$namespace"}`, Of: "service"},
		},
		Rows: []grafana.Row{
			{Title: "Requests", Panels: append(traffic(chosen), latencies(chosen)...)},
			{Title: "Pods", Panels: resources(pods)},
			{Title: "Health", Panels: health()},
		},
	}
	if a.Logs {
		d.Rows = append(d.Rows, grafana.Row{Title: "Logs", Panels: []grafana.Panel{{
			Title: "Logs", Description: "What the chosen workloads write.", Logs: `{namespace=~"$namespace",app=~"$workload"}`,
		}}})
	}
	return d
}

// traffic is how many requests workloads answer, and how.
func traffic(on string) []grafana.Panel {
	share := func(class, title, description string) grafana.Panel {
		return grafana.Panel{
			Title: title, Description: description, Unit: "percentunit", Queries: query("{{namespace}}/{{workload}}",
				`(sum by (namespace, workload) (%[1]s{%[2]s,class="%[3]s"}) or 0 * sum by (namespace, workload) (%[1]s{%[2]s})) `+
					`/ sum by (namespace, workload) (%[1]s{%[2]s})`, observe.RequestRate, on, class),
		}
	}
	return []grafana.Panel{
		{
			Title: "Request rate", Description: "Requests answered per second.", Unit: "reqps",
			Queries: query("{{namespace}}/{{workload}}", `sum by (namespace, workload) (%s{%s})`, observe.RequestRate, on),
		},
		share("4xx", "4xx", "Share of requests that were refused as the client's mistake: a sudden rise is often a client's release, or an attack."),
		share("5xx", "5xx", "Share of requests that failed by the server's fault. It should be zero."),
	}
}

// latencies are how long workloads take to answer.
func latencies(on string) []grafana.Panel {
	var panels []grafana.Panel
	for _, l := range []struct{ title, quantile, description string }{
		{"Latency p50", "0.5", "Half of the requests are answered within this time."},
		{"Latency p95", "0.95", "One request in 20 takes longer."},
		{"Latency p99", "0.99", "One request in 100 takes longer."},
	} {
		panels = append(panels, grafana.Panel{
			Title: l.title, Description: l.description, Unit: "s",
			Queries: query("{{namespace}}/{{workload}}", `%s{%s,quantile="%s"}`, observe.RequestSeconds, on, l.quantile),
		})
	}
	return panels
}

// resources are what pods use.
func resources(on string) []grafana.Panel {
	perPod := func(metric, more string) string {
		return fmt.Sprintf(`sum by (namespace, pod) (rate(%s{%s%s}[$__rate_interval]))`, metric, on, more)
	}
	// The sums over a pod's containers are told once more, without a container.
	const containers = `,container!=""`
	both := func(in, out, more string) []grafana.Query {
		return []grafana.Query{
			{Expr: perPod(in, more), Legend: "{{pod}} in"},
			{Expr: perPod(out, more), Legend: "{{pod}} out"},
		}
	}
	return []grafana.Panel{
		{
			Title: "CPU", Description: "Cores that are busy.", Unit: "short",
			Queries: query("{{pod}}", "%s", perPod("container_cpu_usage_seconds_total", containers)),
		},
		{
			Title: "Memory", Description: "Memory that cannot be taken back: at its limit a container is killed.", Unit: "bytes",
			Queries: query("{{pod}}", `sum by (namespace, pod) (container_memory_working_set_bytes{%s%s})`, on, containers),
		},
		{
			Title: "Memory of the limit", Description: "Share of what the pod's containers may use. Near 100 % they are about to be killed.",
			Unit: "percentunit", Max: 1,
			Queries: query("{{pod}}", `sum by (namespace, pod) (container_memory_working_set_bytes{%[1]s%[2]s}) `+
				`/ sum by (namespace, pod) (kube_pod_container_resource_limits{%[1]s,resource="memory"})`, on, containers),
		},
		{
			Title: "Network", Description: "What pods receive and send.", Unit: "Bps",
			Queries: both("container_network_receive_bytes_total", "container_network_transmit_bytes_total", ""),
		},
		{
			Title: "Disk", Description: "What pods read and write.", Unit: "Bps",
			Queries: both("container_fs_reads_bytes_total", "container_fs_writes_bytes_total", containers),
		},
		{
			Title: "Volumes", Description: "How full the disks of the namespace are that outlive a pod.", Unit: "percentunit", Max: 1,
			Queries: query("{{namespace}}/{{persistentvolumeclaim}}", `max by (namespace, persistentvolumeclaim) (`+
				`kubelet_volume_stats_used_bytes{namespace=~"$namespace"} / kubelet_volume_stats_capacity_bytes{namespace=~"$namespace"})`),
		},
	}
}

func health() []grafana.Panel {
	return []grafana.Panel{
		{
			Title: "Restarts", Description: "Containers that ended and were started again in the last hour.", Unit: "short",
			Queries: query("{{pod}}", `sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total{%s}[1h])) > 0`, pods),
		},
		{
			Title: "Pods that do not serve", Description: "Pods that wait for a node, for an image or to become ready.", Unit: "short",
			Queries: query("{{pod}}", `max by (namespace, pod) (kube_pod_status_ready{condition!="true",%[1]s} == 1) `+
				`unless on (namespace, pod) kube_pod_status_phase{phase="Succeeded",%[1]s} == 1`, pods),
		},
	}
}
