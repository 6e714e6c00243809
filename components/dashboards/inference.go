package dashboards

import (
	"fmt"
	"strings"

	"github.com/plinth-iac/plinth/components/grafana"
)

// inference is of the workloads that serve models. GPUs are told of by DCGM, with the pod that has each; what TensorFlow Serving tells
// is in microseconds.
func (a *Args) inference() *grafana.Dashboard {
	d := &grafana.Dashboard{
		UID: "plinth-inference", Title: "Inference",
		Description: "How fast models answer, and what holds them up: the queue, the batch or the GPU.",
	}
	if len(a.Models) > 0 {
		models := strings.Join(a.Models, "|")
		requests := fmt.Sprintf(`workload=~"%s"`, models)
		d.Rows = append(d.Rows,
			grafana.Row{Title: "Throughput and latency", Panels: append(traffic(requests), latencies(requests)...)},
			grafana.Row{Title: "Models and batches", Panels: batches(fmt.Sprintf(`service=~"%s"`, models))})
		if a.hasQueues() {
			d.Rows = append(d.Rows, grafana.Row{Title: "Queues", Panels: a.depth(living)})
		}
	}
	if a.GPU {
		d.Rows = append(d.Rows, grafana.Row{Title: "GPUs", Panels: gpus()})
	}
	return d
}

func batches(on string) []grafana.Panel {
	slowest := func(metric, by, legend string) []grafana.Query {
		var queries []grafana.Query
		for _, q := range []struct{ name, quantile string }{{"p50", "0.5"}, {"p95", "0.95"}, {"p99", "0.99"}} {
			queries = append(queries, grafana.Query{
				Expr: fmt.Sprintf(`histogram_quantile(%s, sum by (%s, le) (rate(:tensorflow:serving:%s_bucket{%s}[$__rate_interval])))`,
					q.quantile, by, metric, on),
				Legend: legend + " " + q.name,
			})
		}
		return queries
	}
	return []grafana.Panel{
		{
			Title: "Throughput by model", Description: "Requests answered per second.", Unit: "reqps",
			Queries: query("{{model_name}} {{status}}",
				`sum by (model_name, status) (rate(:tensorflow:serving:request_count{%s}[$__rate_interval]))`, on),
		},
		{
			Title: "Latency by model", Description: "From a request to its answer, with the wait for a batch.", Unit: "µs",
			Queries: slowest("request_latency", "model_name", "{{model_name}}"),
		},
		{
			Title: "Latency of the model alone", Description: "What the runtime took: the rest is waiting and copying.", Unit: "µs",
			Queries: slowest("runtime_latency", "model_name", "{{model_name}}"),
		},
		{
			Title: "Batch size", Description: "Mean size of the batches that are worked on. It is 1 while batching finds nothing to join.", Unit: "short",
			Queries: query("{{service}}", `sum by (service) (rate(:tensorflow:serving:batching_session:processed_batch_size_sum{%[1]s}[$__rate_interval])) `+
				`/ sum by (service) (rate(:tensorflow:serving:batching_session:processed_batch_size_count{%[1]s}[$__rate_interval]))`, on),
		},
		{
			Title: "Wait for a batch", Description: "Time that requests wait until their batch is full, or its time is up.", Unit: "µs",
			Queries: slowest("batching_session:queuing_latency", "service", "{{service}}"),
		},
		{
			Title: "Examples", Description: "Examples worked on per second: one request may have many.", Unit: "short",
			Queries: query("{{model}}", `sum by (model) (rate(:tensorflow:serving:request_example_count_total{%s}[$__rate_interval]))`, on),
		},
	}
}

func gpus() []grafana.Panel {
	each := func(metric string) []grafana.Query {
		return query("{{exported_pod}} {{Hostname}}/{{gpu}}", "max by (exported_pod, Hostname, gpu) (%s)", metric)
	}
	return []grafana.Panel{
		{
			Title: "GPU use", Description: "Share of time that a GPU works. One that is asked for and idle costs the most.", Unit: "percent", Max: 100,
			Queries: each("DCGM_FI_DEV_GPU_UTIL"),
		},
		{
			Title: "GPU memory", Description: "Memory of a GPU that is taken: a model that does not fit fails to load.", Unit: "percentunit", Max: 1,
			Queries: each("DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE)"),
		},
		{
			Title: "GPU memory in bytes", Description: "The same, as it was taken.", Unit: "mbytes", Queries: each("DCGM_FI_DEV_FB_USED"),
		},
		{
			Title: "GPU copying", Description: "Share of time that a GPU's memory is read or written.", Unit: "percent", Max: 100,
			Queries: each("DCGM_FI_DEV_MEM_COPY_UTIL"),
		},
		{
			Title: "GPU temperature", Description: "It is slowed down when it gets too hot, at 80 to 90 °C.", Unit: "celsius", Queries: each("DCGM_FI_DEV_GPU_TEMP"),
		},
		{
			Title: "GPU power", Description: "What a GPU draws.", Unit: "watt", Queries: each("DCGM_FI_DEV_POWER_USAGE"),
		},
	}
}
