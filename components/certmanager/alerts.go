package certmanager

import "github.com/plinth-iac/plinth/components/observe"

// Alerts of certificates. Metrics: cert-manager v1.21.1, internal/collectors/certificate_collector.go; their own label
// namespace is exported_namespace once scraped, as namespace is that of what was scraped. A certificate of Let's
// Encrypt lives 90 days and is renewed 30 before its end: one with 21 left has failed for nine.
var Alerts = []observe.Alert{
	{
		Name: "CertificateExpires", For: "1h", Severity: observe.Warning,
		Expr:    `certmanager_certificate_expiration_timestamp_seconds > 0 and certmanager_certificate_expiration_timestamp_seconds - time() < 21 * 24 * 3600`,
		Summary: "Certificate {{ $labels.exported_namespace }}/{{ $labels.name }} expires within three weeks and was not renewed.",
		Remedy:  "Ask why: kubectl describe certificate, order and challenge in its namespace. Often its host's DNS record or its issuer changed.",
	},
	{
		Name: "CertificateExpiresNow", For: "10m", Severity: observe.Critical,
		Expr:    `certmanager_certificate_expiration_timestamp_seconds > 0 and certmanager_certificate_expiration_timestamp_seconds - time() < 3 * 24 * 3600`,
		Summary: "Certificate {{ $labels.exported_namespace }}/{{ $labels.name }} expires within three days.",
		Remedy:  "Ask why: kubectl describe certificate, order and challenge in its namespace. Clients will refuse its hosts from then on.",
	},
	{
		Name: "CertificateNotReady", For: "30m", Severity: observe.Warning,
		Expr:    `certmanager_certificate_ready_status{condition!="True"} == 1`,
		Summary: "Certificate {{ $labels.exported_namespace }}/{{ $labels.name }} is not ready.",
		Remedy:  "Ask why: kubectl describe certificate, order and challenge in its namespace.",
	},
}
