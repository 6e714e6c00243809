// Package monitoring watches the cluster and what runs in it: Prometheus, Alertmanager and Grafana, by kube-prometheus-stack.
//
//	m, err := monitoring.New(ctx, "monitoring", &monitoring.Args{Spec: spec, Random: random, Cloud: "aws"}, opts...)
//	// Monitors and rules, in any namespace: pulumi.DependsOn(m.Ready)
//	err = m.Alert(ctx, "monitoring", spec.Alerts, secrets, opts...)
//
// It creates the installation of the chart; the namespace monitoring-nodes for node-exporter, which alone sees the nodes' own files,
// network and processes, and so meets no Pod Security level but privileged; the password of Grafana's user admin; the recording rules
// of what workloads answer; and by Alert an AlertmanagerConfig, which names the secrets that alerts are sent with, so that none is in
// the chart's values.
//
// What Prometheus has kept goes with the namespace, and so when monitoring is turned off.
//
// Grafana takes its datasources and dashboards from ConfigMaps of the namespace monitoring, by label, and keeps nothing that is made in
// it by hand. It is not published: Access says how it is reached.
//
// What a cloud does not let anybody ask is not asked, and has no alerts: etcd, scheduler, controller manager, kube-proxy, and on GKE
// its DNS.
//
// The kinds' definitions are in the chart's crds folder, which Helm leaves alone after the first time: the chart's own Job brings new
// ones with each upgrade. They stay when the release goes, and so does the Service kube-system/kube-prometheus-stack-kubelet,
// which the operator makes.
package monitoring
