package postgres

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/backup"
	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/network"
)

// dumpName is a dump's file, named after the time that it shows, so that the order of names is that of times. dumpLayout is the
// same for Go.
const (
	dumpName   = `$(date -u +%Y-%m-%dT%H-%M-%SZ).dump`
	dumpLayout = "2006-01-02T15-04-05Z.dump"
)

// dump writes the whole database in pg_dump's own format, which is compressed and can be restored in part.
const dump = `set -eu
PGPASSWORD="$(cat ` + secretPath + "/" + passwordKey + `)"
export PGPASSWORD
exec pg_dump --format=custom --host="$HOST" --username="$DATABASE" --dbname="$DATABASE" --file="` + backup.Directory + "/" + dumpName + `"`

func (b *builder) backupName() string { return b.name + "-backup" }

// backupPeers are who connects to the server to back it up.
func (b *builder) backupPeers() []network.Peer {
	if !b.backedUp() {
		return nil
	}
	return []network.Peer{backup.Peer(b.args.NamespaceName, b.backupName())}
}

// singleBackup dumps the database on a schedule. It returns nil where there is no backup.
func (b *builder) singleBackup(secret *corev1.Secret) (*backup.Backup, error) {
	if err := b.warnWithoutBackup(); err != nil || !b.backedUp() {
		return nil, err
	}
	return backup.New(b.ctx, b.backupName(), &backup.Args{
		Spec: b.spec.Backup.Spec, Namespace: b.args.Namespace, NamespaceName: b.args.NamespaceName, Version: releases[b.spec.Version],
		Services: b.args.Services, User: user, Space: b.spec.Storage, Protect: b.args.KeepData,
		Server: network.Peer{Namespace: b.args.NamespaceName, App: b.name, Ports: []int{port}},
		Dump: corev1.ContainerArgs{
			Name: pulumi.String("dump"), Image: pulumi.String(image(b.spec)),
			Command:      pulumi.ToStringArray([]string{"sh", "-c", dump}),
			Env:          corev1.EnvVarArray{env("HOST", b.name), env("DATABASE", b.spec.Database)},
			Resources:    dataservice.Resources("100m", "256Mi"),
			VolumeMounts: corev1.VolumeMountArray{dataservice.MountReadOnly("secret", secretPath)},
		},
		Volumes: corev1.VolumeArray{dataservice.Secret("secret", secret, passwordKey)},
	}, b.parent)
}
