package gpu

import "github.com/plinth-iac/plinth/components/observe"

// Alerts of GPUs. Metrics: dcgm-exporter 4.8.2, etc/default-counters.csv; the numbers of faults are NVIDIA's Xid errors
// (docs.nvidia.com/deploy/xid-errors).
var Alerts = []observe.Alert{
	{
		Name: "GPUFault", For: "1m", Severity: observe.Warning,
		Expr:    `DCGM_FI_DEV_XID_ERRORS > 0`,
		Summary: "GPU {{ $labels.gpu }} of node {{ $labels.Hostname }} had the fault Xid {{ $value }}.",
		Remedy: "Look the number up in NVIDIA's list of Xid errors: where it is not the program's fault, drain the node and delete it, " +
			"so that its pool replaces it.",
	},
	{
		Name: "GPUMemoryBroken", For: "1m", Severity: observe.Warning,
		Expr:    `DCGM_FI_DEV_ROW_REMAP_FAILURE > 0`,
		Summary: "GPU {{ $labels.gpu }} of node {{ $labels.Hostname }} has faults in its memory that it can no longer work around.",
		Remedy:  "Drain the node and delete it, so that its pool replaces it.",
	},
}
