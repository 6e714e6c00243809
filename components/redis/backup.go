package redis

import (
	"crypto/sha256"
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/backup"
	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/network"
)

const (
	backupPasswordKey = "backup-password"
	caKey             = "ca.crt"
)

// Backup is how the data is backed up.
type Backup struct {
	backup.Spec
	// Enabled false keeps no backup. Default true.
	Enabled *bool `json:"enabled,omitempty"`
}

func (b Backup) on() bool { return b.Enabled == nil || *b.Enabled }

// backedUp tells whether there is to be a backup, and anywhere to put it.
func (b *builder) backedUp() bool { return b.spec.Backup.on() && b.args.Services != nil }

func (b *builder) backupName() string { return b.name + "-backup" }

// backupUser may follow the data as a replica does, and nothing else. There is none without a password.
func backupUser(password string) string {
	if password == "" {
		return ""
	}
	return fmt.Sprintf("user backup on #%x resetkeys resetchannels -@all +ping +sync +psync +replconf\n", sha256.Sum256([]byte(password)))
}

func (b *builder) withBackupPassword(secret pulumi.StringMap) pulumi.StringMap {
	if b.backedUp() {
		secret[backupPasswordKey] = b.backupPassword
	}
	return secret
}

// clients are who may connect, the backup called name among them.
func (b *builder) clients(name string) []network.Peer {
	if !b.backedUp() {
		return b.args.Clients
	}
	return append(b.args.Clients[:len(b.args.Clients):len(b.args.Clients)], backup.Peer(b.args.NamespaceName, name))
}

// source is the server that is backed up.
type source struct {
	host   string
	peer   network.Peer
	secret *corev1.Secret
	tls    bool
}

// dump has the server send a snapshot, as to a new replica, and reads it through: redis-cli does not tell by its exit code
// whether all of it arrived.
const dump = `set -eu
file="` + backup.Directory + `/$(date -u +%Y-%m-%dT%H-%M-%SZ).rdb"
REDISCLI_AUTH="$(cat ` + secretPath + "/" + backupPasswordKey + `)"
export REDISCLI_AUTH
redis-cli -h "$HOST" --user backup $TLS --rdb "$file"
exec redis-check-rdb "$file"`

// backup takes snapshots to object storage on a schedule, under name.
func (b *builder) backup(name string, from source) error {
	if !b.spec.Backup.on() {
		return nil
	}
	keys, flags := []string{backupPasswordKey}, ""
	if from.tls {
		keys, flags = append(keys, caKey), "--tls --cacert "+secretPath+"/"+caKey
	}
	_, err := backup.New(b.ctx, name, &backup.Args{
		Spec: b.spec.Backup.Spec, Namespace: b.args.Namespace, NamespaceName: b.args.NamespaceName, Version: release,
		Services: b.args.Services, Server: from.peer, User: user, Space: b.spec.Storage, Protect: b.args.KeepData,
		Dump: corev1.ContainerArgs{
			Name: pulumi.String("dump"), Image: pulumi.String(image),
			Command:      pulumi.ToStringArray([]string{"sh", "-c", dump}),
			Env:          corev1.EnvVarArray{env("HOST", from.host), env("TLS", flags)},
			Resources:    dataservice.Resources("50m", "128Mi"),
			VolumeMounts: corev1.VolumeMountArray{dataservice.MountReadOnly("secret", secretPath)},
		},
		Volumes: corev1.VolumeArray{dataservice.Secret("secret", from.secret, keys...)},
	}, b.parent)
	return err
}
