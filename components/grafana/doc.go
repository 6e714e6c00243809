// Package grafana gives Grafana what it shows: where data comes from, and dashboards, as code.
//
//	err := grafana.NewDatasource(ctx, "grafana-loki", &grafana.Datasource{
//		Namespace: ns, UID: grafana.Loki, Title: "Loki", Type: "loki", URL: "http://loki-gateway.logging",
//	}, pulumi.Parent(component))
//	err = grafana.NewDashboard(ctx, "dashboard-orders", ns, &grafana.Dashboard{
//		UID: "orders", Title: "Orders",
//		Rows: []grafana.Row{{Title: "Traffic", Panels: []grafana.Panel{{
//			Title: "Requests", Unit: "reqps", Queries: []grafana.Query{{Expr: `sum(plinth:requests:rate5m)`, Legend: "all"}},
//		}}}},
//	}, pulumi.Parent(component))
//
// Each makes one ConfigMap, or a Secret for a datasource with a password, which the sidecars of the chart kube-prometheus-stack find
// by its label (grafana_datasource, grafana_dashboard: "1"). They go into the namespace of Grafana, whose sidecars need look nowhere else.
// What is in them is what Grafana's own files have: the classic JSON of dashboards, and the provisioning file of datasources.
package grafana
