package postgres

import (
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/backup"
	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/spec"
)

// observe has the server scraped and watched.
func (b *builder) observe() error {
	if b.args.Monitoring == nil {
		return nil
	}
	args := &observe.Args{Namespace: b.args.Namespace, App: b.name, Ports: []observe.Port{{Number: metricsPort}}}
	var err error
	if b.spec.Mode == spec.HA {
		args.App = haApp
		if b.spec.Pooler != nil {
			args.Ports = append(args.Ports, observe.Port{Number: poolerMetricsPort})
		}
		args.Alerts, err = b.haAlerts()
	} else {
		args.Alerts, err = b.singleAlerts()
	}
	if err != nil {
		return err
	}
	return observe.New(b.ctx, b.name, args, b.parent, pulumi.DependsOn(b.args.Monitoring))
}

func (b *builder) haAlerts() ([]observe.Alert, error) {
	alerts := haAlerts(b.args.NamespaceName, b.cluster(), b.spec.Instances)
	if !b.backedUp() {
		return alerts, nil
	}
	late, err := b.spec.Backup.Late()
	return append(alerts, haBackupAlerts(b.args.NamespaceName, b.cluster(), late)...), err
}

func (b *builder) singleAlerts() ([]observe.Alert, error) {
	alerts := singleAlerts(b.args.NamespaceName, b.name)
	if !b.backedUp() {
		return alerts, nil
	}
	overdue, err := backup.Overdue(backupTooOld, b.args.NamespaceName, b.backupName(), b.spec.Backup.Spec)
	return append(alerts, overdue), err
}

// backupTooOld is one alert in both modes.
const backupTooOld = "PostgresBackupTooOld"

func onInstances(namespace, cluster string) string {
	return fmt.Sprintf(`{namespace="%s",pod=~"%s-[0-9]+"}`, namespace, cluster)
}

// haAlerts are about the instances of a cluster. The metrics are CloudNativePG's
// (https://cloudnative-pg.io/documentation/1.30/monitoring, "Predefined set of metrics", and the queries of its
// cnpg-default-monitoring) and the kubelet's.
func haAlerts(namespace, cluster string, instances int) []observe.Alert {
	on := onInstances(namespace, cluster)
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
	return append(alerts, observe.Disks("Postgres", namespace, cluster+"-[0-9]+", service)...)
}

// haBackupAlerts are about a cluster's backup, which is missing once it is older than late. The metrics are CloudNativePG's and its
// Barman plugin's (https://cloudnative-pg.io/plugin-barman-cloud/docs/observability).
func haBackupAlerts(namespace, cluster string, late time.Duration) []observe.Alert {
	on := onInstances(namespace, cluster)
	last := "max(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp" + on + ")"
	return []observe.Alert{
		{
			Name: backupTooOld, Expr: fmt.Sprintf("time() - %s > %.0f or absent(%s)", last, late.Seconds(), last), For: "30m", Severity: observe.Critical,
			Summary: fmt.Sprintf("The last backup of %s is older than %s.", cluster, late),
			Remedy:  fmt.Sprintf("Look at `kubectl get backups -n %s`, and at the container plugin-barman-cloud of the instances.", namespace),
		},
		{
			Name: "PostgresArchivingFails", For: "5m", Severity: observe.Critical,
			Expr:    fmt.Sprintf("cnpg_pg_stat_archiver_last_failed_time%s > cnpg_pg_stat_archiver_last_archived_time%s", on, on),
			Summary: "{{ $labels.pod }} cannot archive its changes: what is written now is in no backup, and the disk fills up with it.",
			Remedy:  "Look at the container plugin-barman-cloud of the pod: its identity may have lost the right to write to the bucket.",
		},
	}
}

// singleAlerts are about one server. The metrics are those of postgres_exporter and of the kubelet.
func singleAlerts(namespace, name string) []observe.Alert {
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
	return append(alerts, observe.Disks("Postgres", namespace, name+"-data", service)...)
}

func connectionsAlert(used, most string) observe.Alert {
	return observe.Alert{
		Name: "PostgresConnectionsNearLimit", Expr: used + " > 0.8 * " + most, For: "5m", Severity: observe.Warning,
		Summary: "{{ $labels.pod }} has {{ $value }} connections, more than 80 % of its limit.",
		Remedy:  "Look for clients that do not give theirs back; a pooler (plinth:postgres.pooler) or more memory lets more in.",
	}
}
