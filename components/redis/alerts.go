package redis

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/backup"
	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/spec"
)

// observe has the servers scraped and watched.
func (b *builder) observe() error {
	if b.args.Monitoring == nil {
		return nil
	}
	app, backups := b.name, b.backupName()
	if b.spec.Mode == spec.HA {
		app += "-ha"
		backups = app + "-backup"
	}
	alerts := Alerts(b.args.NamespaceName, app, b.spec)
	if b.backedUp() {
		overdue, err := backup.Overdue("RedisBackupTooOld", b.args.NamespaceName, backups, b.spec.Backup.Spec)
		if err != nil {
			return err
		}
		alerts = append(alerts, overdue)
	}
	return observe.New(b.ctx, app, &observe.Args{
		Namespace: b.args.Namespace, App: app, Ports: []observe.Port{{Number: metricsPort}}, Alerts: alerts,
	}, b.parent, pulumi.DependsOn(b.args.Monitoring))
}

// Alerts are about the servers called app, in the modes single and ha. The metrics are redis_exporter's, by the names in its
// exporter/exporter.go v1.88.0, the kubelet's and those of kube-state-metrics.
func Alerts(namespace, app string, s Spec) []observe.Alert {
	on := fmt.Sprintf(`{namespace="%s",pod=~"%s-[0-9]+"}`, namespace, app)
	claims := app + "-data"
	alerts := append(serverAlerts(on, fmt.Sprintf("Look at `kubectl get pods -n %s -l app.kubernetes.io/name=%s` and at their logs.", namespace, app)),
		observe.Alert{
			Name: "RedisCannotSave", Expr: fmt.Sprintf("redis_rdb_last_bgsave_status%s == 0 or redis_aof_last_write_status%s == 0", on, on), For: "10m",
			Severity: observe.Critical,
			Summary:  "Redis {{ $labels.pod }} cannot write its data to disk, and refuses writes.",
			Remedy:   "Look at its log, and at the room that is left on its disk and in its memory.",
		})
	if s.Mode == spec.HA {
		alerts = append(alerts, haAlerts(namespace, app, on, s.Instances)...)
		claims = fmt.Sprintf("%s-%s-[0-9]+", app, app)
	}
	return append(alerts, observe.Disks("Redis", namespace, claims, "redis")...)
}

func haAlerts(namespace, app, on string, instances int) []observe.Alert {
	primary := fmt.Sprintf(`redis_instance_info{namespace="%s",pod=~"%s-[0-9]+",role="master"}`, namespace, app)
	return []observe.Alert{
		{
			Name: "RedisNoPrimary", Expr: fmt.Sprintf("absent(%s)", primary), For: "1m", Severity: observe.Critical,
			Summary: app + " has no primary: nothing can be written.",
			Remedy:  "The sentinels replace it within seconds. Look at their logs: two of three have to agree.",
		},
		{
			Name: "RedisTwoPrimaries", Expr: fmt.Sprintf("count(%s) > 1", primary), For: "2m", Severity: observe.Critical,
			Summary: fmt.Sprintf("%s has {{ $value }} primaries: what is written to all but one will be lost.", app),
			Remedy:  "Ask the sentinels for the right one, SENTINEL GET-MASTER-ADDR-BY-NAME " + sentinelMaster + ", and restart the other.",
		},
		{
			Name: "RedisReplicaBroken", Expr: fmt.Sprintf("redis_master_link_up%s == 0", on), For: "5m", Severity: observe.Warning,
			Summary: "The replica {{ $labels.pod }} has lost the primary.",
			Remedy:  "Look at its log and at the primary's: a full copy that does not end needs more memory, or a faster network.",
		},
		{
			Name: "RedisInstanceMissing", Expr: fmt.Sprintf("count(redis_up%s == 1) < %d", on, instances), For: "15m", Severity: observe.Warning,
			Summary: fmt.Sprintf("{{ $value }} of %d servers of %s are up.", instances, app),
			Remedy:  fmt.Sprintf("Look at `kubectl get pods -n %s -l app.kubernetes.io/name=%s`.", namespace, app),
		},
		{
			Name: "RedisSentinelsMissing", For: "10m", Severity: observe.Critical,
			Expr: fmt.Sprintf(`kube_statefulset_status_replicas_ready{namespace="%s",statefulset="%s-sentinel"} < %d`,
				namespace, app, sentinels/2+1),
			Summary: fmt.Sprintf("Only {{ $value }} sentinels of %s are up: a lost primary would not be replaced.", app),
			Remedy:  fmt.Sprintf("Look at `kubectl get pods -n %s -l app=%s-sentinel`.", namespace, app),
		},
	}
}

// serverAlerts are about any server, wherever it runs. look is what to do about one that does not answer.
func serverAlerts(on, look string) []observe.Alert {
	return []observe.Alert{
		{
			Name: "RedisDown", Expr: fmt.Sprintf("redis_up%s == 0 or absent(redis_up%s)", on, on), For: "2m", Severity: observe.Critical,
			Summary: "Redis {{ $labels.pod }} does not answer.",
			Remedy:  look,
		},
		{
			Name: "RedisMemoryNearLimit", Expr: fmt.Sprintf("redis_memory_used_bytes%s > 0.9 * redis_memory_max_bytes%s", on, on), For: "10m",
			Severity: observe.Warning,
			Summary:  "Redis {{ $labels.pod }} uses more than 90 % of what its data may fill.",
			Remedy:   "When it is full, writes fail or keys are evicted, as plinth:redis.eviction says. Raise plinth:redis.memory, or let keys expire.",
		},
		{
			Name: "RedisConnectionsNearLimit", Expr: fmt.Sprintf("redis_connected_clients%s > 0.8 * redis_max_clients%s", on, on), For: "5m",
			Severity: observe.Warning,
			Summary:  "Redis {{ $labels.pod }} has {{ $value }} connections, more than 80 % of its limit.",
			Remedy:   "Look for clients that do not close theirs: redis-cli client list.",
		},
	}
}
