package autoscaling

import "github.com/plinth-iac/plinth/components/observe"

// KEDAAlerts are about scaling that does not work. Metrics: kedacore/keda v2.21.0, pkg/metricscollector/prommetrics.go; their own label
// namespace is exported_namespace once scraped.
var KEDAAlerts = []observe.Alert{
	{
		Name: "KEDADown", For: "5m", Severity: observe.Critical,
		Expr:    `absent(keda_build_info)`,
		Summary: "KEDA does not answer: what scales on queues and schedules keeps the replicas that it has, and what is at none stays there.",
		Remedy:  "Look at `kubectl get pods -n keda` and at their logs.",
	},
	{
		Name: "ScalerFailing", For: "10m", Severity: observe.Warning,
		Expr:    `sum by (exported_namespace, scaledObject, scaler) (rate(keda_scaler_detail_errors_total[5m])) > 0`,
		Summary: "{{ $labels.exported_namespace }}/{{ $labels.scaledObject }} cannot be scaled: its {{ $labels.scaler }} does not say how much there is to do.",
		Remedy:  "Ask why: kubectl describe scaledobject. Until then it keeps the replicas that it has, if there are any.",
	},
	{
		Name: "ScaledObjectFailing", For: "10m", Severity: observe.Warning,
		Expr:    `sum by (exported_namespace, scaledObject) (rate(keda_scaled_object_errors_total[5m])) > 0`,
		Summary: "KEDA fails to scale {{ $labels.exported_namespace }}/{{ $labels.scaledObject }}.",
		Remedy:  "Ask why: kubectl describe scaledobject, and the log of keda-operator.",
	},
	{
		Name: "ScalingPaused", For: "1h", Severity: observe.Warning,
		Expr:    `max by (exported_namespace, scaledObject) (keda_scaled_object_paused) == 1`,
		Summary: "Someone has paused the scaling of {{ $labels.exported_namespace }}/{{ $labels.scaledObject }} an hour ago.",
		Remedy:  "Remove the annotation autoscaling.keda.sh/paused from the ScaledObject once the reason is gone.",
	},
}
