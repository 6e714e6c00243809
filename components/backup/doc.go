// Package backup copies what a data service dumps to the cloud's object storage, on a schedule.
//
//	taken, err := backup.New(ctx, "redis-backup", &backup.Args{
//		Spec: spec.Backup, Namespace: ns.Name, NamespaceName: "data",
//		Services: cluster.Services, Server: server,
//		Dump: container, User: 999, Space: "2Gi", // leaves files in backup.Directory
//	}, pulumi.Parent(component))
//
// It registers an encrypted bucket that keeps every copy for as many days as the stack file says, a ServiceAccount that
// may write there and nowhere else, a NetworkPolicy and a CronJob: the dump runs first, on a disk of its own that goes with the
// pod, and only what it finished is uploaded, by rclone under the cloud's workload identity. There is no key anywhere.
//
// On a cluster that Plinth did not make there is no object storage: the backup is left out, with a warning.
package backup
