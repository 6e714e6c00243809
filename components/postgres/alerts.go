package postgres

import (
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/spec"
)

// observe has the server scraped and watched.
func (b *builder) observe() error {
	if b.args.Monitoring == nil {
		return nil
	}
	args, late := &observe.Args{Namespace: b.args.Namespace, App: b.name, Ports: []observe.Port{{Number: metricsPort}}}, time.Duration(0)
	if b.backedUp() {
		var err error
		if late, err = b.spec.Backup.late(); err != nil {
			return err
		}
	}
	if b.spec.Mode == spec.HA {
		args.App = haApp
		if b.spec.Pooler != nil {
			args.Ports = append(args.Ports, observe.Port{Number: poolerMetricsPort})
		}
		args.Alerts = haAlerts(b.args.NamespaceName, b.cluster(), b.spec.Instances, late)
	} else {
		args.Alerts = singleAlerts(b.args.NamespaceName, b.name, b.backupName(), late)
	}
	return observe.New(b.ctx, b.name, args, b.parent, pulumi.DependsOn(b.args.Monitoring))
}

// haAlerts are about the instances of a cluster. late is how old its last backup may become; 0 where it has none. The metrics are
// CloudNativePG's (https://cloudnative-pg.io/documentation/1.30/monitoring, "Predefined set of metrics", and the queries of its
// cnpg-default-monitoring), its Barman plugin's (https://cloudnative-pg.io/plugin-barman-cloud/docs/observability) and the kubelet's.
func haAlerts(namespace, cluster string, instances int, late time.Duration) []observe.Alert {
	on := fmt.Sprintf(`{namespace="%s",pod=~"%s-[0-9]+"}`, namespace, cluster)
	alerts := []observe.Alert{
		{
			Name: "PostgresNoPrimary", Expr: "absent(cnpg_pg_replication_in_recovery" + on + " == 0)", For: "2m", Severity: observe.Critical,
			Summary: fmt.Sprintf("%s has no primary: nothing can be written.", cluster),
			Remedy:  fmt.Sprintf("Look at `kubectl get cluster -n %s %s`, and at the log of its operator in cnpg-system.", namespace, cluster),
		},
		{
			Name: "PostgresInstanceMissing", Expr: fmt.Sprintf("count(cnpg_collector_up%s == 1) < %d", on, instances), For: "15m", Severity: observe.Warning,
			Summary: fmt.Sprintf("{{ $value }} of %d instances of %s are up.", instances, cluster),
			Remedy:  fmt.Sprintf("Look at `kubectl get pods -n %s -l cnpg.io/cluster=%s`: one more may be lost only when all are up.", namespace, cluster),
		},
		{
			Name: "PostgresReplicationLag", Expr: "cnpg_pg_replication_lag" + on + " > 60", For: "5m", Severity: observe.Warning,
			Summary: "{{ $labels.pod }} is {{ $value | humanizeDuration }} behind the primary.",
			Remedy:  "Look for long transactions there, for slow disks and for a busy network; a replica that far behind takes as long to take over.",
		},
		connectionsAlert(
			fmt.Sprintf(`sum by (namespace, pod) (cnpg_backends_total%s)`, on),
			fmt.Sprintf(`max by (namespace, pod) (cnpg_pg_settings_setting{name="max_connections",namespace="%s",pod=~"%s-[0-9]+"})`, namespace, cluster)),
	}
	alerts = append(alerts, observe.Disks("Postgres", namespace, cluster+"-[0-9]+", service)...)
	if late == 0 {
		return alerts
	}
	last := "max(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp" + on + ")"
	return append(alerts,
		backupAlert(cluster, late, fmt.Sprintf("time() - %s > %.0f", last, late.Seconds()), last,
			fmt.Sprintf("Look at `kubectl get backups -n %s`, and at the container plugin-barman-cloud of the instances.", namespace)),
		observe.Alert{
			Name: "PostgresArchivingFails", For: "5m", Severity: observe.Critical,
			Expr:    fmt.Sprintf("cnpg_pg_stat_archiver_last_failed_time%s > cnpg_pg_stat_archiver_last_archived_time%s", on, on),
			Summary: "{{ $labels.pod }} cannot archive its changes: what is written now is in no backup, and the disk fills up with it.",
			Remedy:  "Look at the container plugin-barman-cloud of the pod: its identity may have lost the right to write to the bucket.",
		})
}

// singleAlerts are about one server. The metrics are those of postgres_exporter, of the kubelet and of kube-state-metrics.
func singleAlerts(namespace, name, backup string, late time.Duration) []observe.Alert {
	on := fmt.Sprintf(`{namespace="%s",pod="%s-0"}`, namespace, name)
	alerts := []observe.Alert{
		{
			Name: "PostgresDown", Expr: fmt.Sprintf("pg_up%s == 0 or absent(pg_up%s)", on, on), For: "2m", Severity: observe.Critical,
			Summary: fmt.Sprintf("%s does not answer.", name),
			Remedy:  fmt.Sprintf("Look at `kubectl describe pod -n %s %s-0` and at its log.", namespace, name),
		},
		connectionsAlert(
			fmt.Sprintf(`sum by (namespace, pod) (pg_stat_activity_count%s)`, on),
			fmt.Sprintf(`max by (namespace, pod) (pg_settings_max_connections%s)`, on)),
	}
	alerts = append(alerts, observe.Disks("Postgres", namespace, name+"-data", service)...)
	if late == 0 {
		return alerts
	}
	last := fmt.Sprintf(`max(kube_cronjob_status_last_successful_time{namespace="%s",cronjob="%s"})`, namespace, backup)
	return append(alerts, backupAlert(name, late, fmt.Sprintf("time() - %s > %.0f", last, late.Seconds()), last,
		fmt.Sprintf("Look at `kubectl get jobs -n %s` and at the log of the last one of %s.", namespace, backup)))
}

func connectionsAlert(used, most string) observe.Alert {
	return observe.Alert{
		Name: "PostgresConnectionsNearLimit", Expr: used + " > 0.8 * " + most, For: "5m", Severity: observe.Warning,
		Summary: "{{ $labels.pod }} has {{ $value }} connections, more than 80 % of its limit.",
		Remedy:  "Look for clients that do not give theirs back; a pooler (plinth:postgres.pooler) or more memory lets more in.",
	}
}

// backupAlert is also for a backup that nothing tells of.
func backupAlert(name string, late time.Duration, old, last, remedy string) observe.Alert {
	return observe.Alert{
		Name: "PostgresBackupTooOld", Expr: fmt.Sprintf("%s or absent(%s)", old, last), For: "30m", Severity: observe.Critical,
		Summary: fmt.Sprintf("The last backup of %s is older than %s.", name, late), Remedy: remedy,
	}
}
