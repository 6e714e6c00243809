package externaldns

import "github.com/plinth-iac/plinth/components/observe"

// Alerts of published hosts. Metrics: kubernetes-sigs/external-dns v0.21.0, docs/monitoring/metrics.md.
var Alerts = []observe.Alert{{
	Name: "HostsNotPublished", For: "15m", Severity: observe.Warning,
	Expr:    `time() - external_dns_controller_last_sync_timestamp_seconds > 15 * 60 or absent(external_dns_controller_last_sync_timestamp_seconds)`,
	Summary: "The hosts of routes have not been published in DNS for a quarter of an hour.",
	Remedy:  "Look at the log of external-dns: often it may no longer change the zone, or another program owns a record.",
}}
