package observe

// Severity says who an alert is for.
type Severity string

const (
	// Critical is for whoever is on call, at once: the service is down or about to be.
	Critical Severity = "critical"
	// Warning is for the next working day.
	Warning Severity = "warning"
)

// Alert is one alerting rule.
type Alert struct {
	// Name in CamelCase.
	Name string
	// Expr is PromQL; each series in its result is an alert.
	Expr string
	// For how long Expr must hold, as a Prometheus duration. Empty fires at once.
	For string
	// Severity of the alert.
	Severity Severity
	// Labels that the alert gets in addition to those of Expr's result. Default none.
	Labels map[string]string
	// Summary is what is wrong, in one sentence; {{ $labels.pod }} and {{ $value }} are filled in.
	Summary string
	// Remedy is what to do about it, in one or two sentences.
	Remedy string
}

// Rules are recording rules and alerts as a group of Prometheus' rule files, in that order.
func Rules(group string, alerts []Alert, recordings ...Recording) map[string]any {
	var rules []any
	for _, r := range recordings {
		rule := map[string]any{"record": r.Record, "expr": r.Expr}
		if len(r.Labels) > 0 {
			labels := map[string]any{}
			for label, value := range r.Labels {
				labels[label] = value
			}
			rule["labels"] = labels
		}
		rules = append(rules, rule)
	}
	for _, a := range alerts {
		labels := map[string]any{"severity": string(a.Severity)}
		for label, value := range a.Labels {
			labels[label] = value
		}
		rule := map[string]any{
			"alert": a.Name, "expr": a.Expr,
			"labels":      labels,
			"annotations": map[string]any{"summary": a.Summary, "description": a.Remedy},
		}
		if a.For != "" {
			rule["for"] = a.For
		}
		rules = append(rules, rule)
	}
	return map[string]any{"groups": []any{map[string]any{"name": group, "rules": rules}}}
}
