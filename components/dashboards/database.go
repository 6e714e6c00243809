package dashboards

import (
	"fmt"

	"github.com/plinth-iac/plinth/components/grafana"
	"github.com/plinth-iac/plinth/components/spec"
)

// database is of Postgres and Redis.
func (a *Args) database() *grafana.Dashboard {
	d := &grafana.Dashboard{
		UID: "plinth-database", Title: "Databases", Description: "How busy Postgres and Redis are, how long they take, and how far their replicas are behind.",
	}
	on := fmt.Sprintf(`namespace="%s"`, a.Data)
	switch a.Postgres {
	case spec.HA:
		d.Rows = append(d.Rows,
			grafana.Row{Title: "Postgres", Panels: cloudNativePG.panels(on)},
			grafana.Row{Title: "Postgres replication and backups", Panels: replication(on)})
	case spec.Single, spec.Managed:
		d.Rows = append(d.Rows, grafana.Row{Title: "Postgres", Panels: postgresExporter.panels(on)})
	}
	if a.Redis != "" {
		d.Rows = append(d.Rows, grafana.Row{Title: "Redis", Panels: redis(on, a.Redis)})
	}
	return d
}

// postgres is how an exporter calls what Postgres' statistics have.
type postgres struct {
	// connections by state, and most the limit of their number.
	connections, most string
	// commits, rollbacks, reads, hits and deadlocks are counters by database, as is active: the seconds that statements took.
	commits, rollbacks, reads, hits, deadlocks, active string
	// longest transaction in seconds, and size of databases in bytes.
	longest, size string
}

var (
	postgresExporter = postgres{
		connections: "pg_stat_activity_count{%s}", most: "pg_settings_max_connections{%s}",
		commits: "pg_stat_database_xact_commit", rollbacks: "pg_stat_database_xact_rollback", deadlocks: "pg_stat_database_deadlocks",
		reads: "pg_stat_database_blks_read", hits: "pg_stat_database_blks_hit", active: "pg_stat_database_active_time_seconds_total",
		longest: "pg_stat_activity_max_tx_duration", size: "pg_database_size_bytes",
	}
	// active is of the query that components/postgres adds to CloudNativePG's own.
	cloudNativePG = postgres{
		connections: "cnpg_backends_total{%s}", most: `cnpg_pg_settings_setting{name="max_connections",%s}`,
		commits: "cnpg_pg_stat_database_xact_commit", rollbacks: "cnpg_pg_stat_database_xact_rollback", deadlocks: "cnpg_pg_stat_database_deadlocks",
		reads: "cnpg_pg_stat_database_blks_read", hits: "cnpg_pg_stat_database_blks_hit", active: "cnpg_pg_stat_database_time_active_seconds_total",
		longest: "cnpg_backends_max_tx_duration_seconds", size: "cnpg_pg_database_size_bytes",
	}
)

func (p *postgres) panels(on string) []grafana.Panel {
	const legend = "{{pod}} {{datname}}"
	rate := func(counter string) string {
		return fmt.Sprintf("sum by (pod, datname) (rate(%s{%s}[$__rate_interval]))", counter, on)
	}
	return []grafana.Panel{
		{
			Title: "Connections", Description: "Clients by what they do. At the limit nobody else gets in.", Unit: "short",
			Queries: []grafana.Query{
				{Expr: fmt.Sprintf("sum by (pod, state) ("+p.connections+")", on), Legend: "{{pod}} {{state}}"},
				{Expr: fmt.Sprintf("max by (pod) ("+p.most+")", on), Legend: "{{pod}} limit"},
			},
		},
		{
			Title: "Transactions", Description: "Transactions that ended per second, well or not.", Unit: "ops",
			Queries: []grafana.Query{
				{Expr: rate(p.commits), Legend: legend + " committed"},
				{Expr: rate(p.rollbacks), Legend: legend + " rolled back"},
			},
		},
		{
			Title: "Query time", Description: "Mean time that the statements of a transaction take.", Unit: "s",
			Queries: query(legend, "%s / (%s + %s > 0)", rate(p.active), rate(p.commits), rate(p.rollbacks)),
		},
		{
			Title: "Longest transaction", Description: "Age of the oldest one that is still open: it holds its locks, and keeps old rows from being cleaned up.",
			Unit: "s", Queries: query("{{pod}} {{datname}} {{state}}", "max by (pod, datname, state) (%s{%s}) > 0", p.longest, on),
		},
		{
			Title: "Read from memory", Description: "Share of the pages asked for that were in memory. Below 99 % more memory may help.", Unit: "percentunit", Max: 1,
			Queries: query(legend, "%[1]s / (%[1]s + %[2]s > 0)", rate(p.hits), rate(p.reads)),
		},
		{
			Title: "Deadlocks", Description: "Transactions that were ended as each waited for another, in five minutes.", Unit: "short",
			Queries: query(legend, "sum by (pod, datname) (increase(%s{%s}[5m]))", p.deadlocks, on),
		},
		{
			Title: "Size", Description: "Bytes of each database on disk.", Unit: "bytes",
			Queries: query("{{datname}}", "max by (datname) (%s{%s})", p.size, on),
		},
	}
}

// replication is CloudNativePG's, and its Barman plugin's.
func replication(on string) []grafana.Panel {
	return []grafana.Panel{
		{
			Title: "Replication lag", Description: "How far replicas are behind the primary: what a failover loses without synchronous replication, or waits for.",
			Unit: "s", Queries: query("{{pod}}", "max by (pod) (cnpg_pg_replication_lag{%s})", on),
		},
		{
			Title: "Not yet replayed", Description: "Bytes of changes that each replica has still to make, as the primary knows it.", Unit: "bytes",
			Queries: query("{{application_name}}", "max by (application_name) (cnpg_pg_stat_replication_replay_diff_bytes{%s})", on),
		},
		{
			Title: "Replicas", Description: "Replicas that follow the primary.", Unit: "short",
			Queries: query("{{pod}}", "max by (pod) (cnpg_pg_replication_streaming_replicas{%[1]s}) and on (pod) cnpg_pg_replication_in_recovery{%[1]s} == 0", on),
		},
		{
			Title: "Changes that were not archived", Description: "Failures to put changes into the backup's storage, in five minutes.", Unit: "short",
			Queries: query("{{pod}}", "max by (pod) (increase(cnpg_pg_stat_archiver_failed_count{%s}[5m]))", on),
		},
		{
			Title: "Age of the last backup", Description: "Time since the last backup that can be restored.", Unit: "s",
			Queries: query("last backup", "time() - max(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{%s} > 0)", on),
		},
	}
}

func redis(on string, mode spec.Mode) []grafana.Panel {
	perSecond := func(metric string) string {
		return fmt.Sprintf("sum by (pod) (rate(redis_%s{%s}[$__rate_interval]))", metric, on)
	}
	panels := []grafana.Panel{
		{
			Title: "Commands", Description: "Commands answered per second.", Unit: "ops",
			Queries: query("{{pod}}", "%s", perSecond("commands_processed_total")),
		},
		{
			Title: "Command time", Description: "Mean time that a command takes. Redis does one at a time: a slow one holds up all.", Unit: "s",
			Queries: query("{{pod}}", "%s / (%s > 0)", perSecond("commands_duration_seconds_total"), perSecond("commands_total")),
		},
		{
			Title: "Memory", Description: "What the data takes, and how much it may.", Unit: "bytes",
			Queries: []grafana.Query{
				{Expr: fmt.Sprintf("max by (pod) (redis_memory_used_bytes{%s})", on), Legend: "{{pod}}"},
				{Expr: fmt.Sprintf("max by (pod) (redis_memory_max_bytes{%s})", on), Legend: "{{pod}} limit"},
			},
		},
		{
			Title: "Found", Description: "Share of the keys asked for that were there.", Unit: "percentunit", Max: 1,
			Queries: query("{{pod}}", "%[1]s / (%[1]s + %[2]s > 0)", perSecond("keyspace_hits_total"), perSecond("keyspace_misses_total")),
		},
		{
			Title: "Evicted", Description: "Keys per second that were dropped for others, as memory is full.", Unit: "ops",
			Queries: query("{{pod}}", "%s", perSecond("evicted_keys_total")),
		},
		{
			Title: "Clients", Description: "Connections that are open.", Unit: "short",
			Queries: query("{{pod}}", "max by (pod) (redis_connected_clients{%s})", on),
		},
	}
	if mode == spec.HA {
		panels = append(panels, grafana.Panel{
			Title: "Replication lag of Redis", Description: "Time since each replica last told the primary how far it is.", Unit: "s",
			Queries: query("{{slave_ip}}", "max by (slave_ip) (redis_connected_slave_lag_seconds{%s})", on),
		})
	}
	return panels
}
