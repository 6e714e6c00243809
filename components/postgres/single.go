package postgres

import (
	_ "embed"
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/network"
)

// releases are the newest of each major version in docker-library/official-images. The Debian release is pinned too:
// another one sorts text otherwise, which breaks indexes that are on the disk already.
var releases = map[int]string{15: "15.19", 16: "16.15", 17: "17.11", 18: "18.6"}

const (
	exporterImage = "quay.io/prometheuscommunity/postgres-exporter:v0.20.1"
	// exporterRole is in roles.sql too. With its hyphen it is no name that a database of a spec can have.
	exporterRole = "plinth-exporter"

	user        = 999 // postgres in the image
	metricsPort = 9187
	dataPath    = "/var/lib/postgresql/data"
	socketPath  = "/var/run/postgresql"
	configPath  = "/etc/postgresql"
	secretPath  = "/run/secrets/postgres"

	passwordKey         = "password"
	exporterPasswordKey = "exporter-password"
)

//go:embed roles.sql
var roles string

func image(s Spec) string { return "docker.io/library/postgres:" + releases[s.Version] + "-bookworm" }

// single makes one server on one disk, and what backs it up.
func (b *builder) single() (connection.Connection, error) {
	exporterPassword, err := dataservice.NewPassword(b.ctx, b.name+"-exporter-password", b.args.KeepData, b.parent, pulumi.Provider(b.args.Random))
	if err != nil {
		return connection.Connection{}, err
	}
	settings, err := b.settings()
	if err != nil {
		return connection.Connection{}, err
	}
	release := releases[b.spec.Version]
	meta := metav1.ObjectMetaArgs{Namespace: b.args.Namespace, Labels: dataservice.Labels(b.name, release)}
	secret, err := corev1.NewSecret(b.ctx, b.name, &corev1.SecretArgs{
		Metadata:   meta,
		Immutable:  pulumi.Bool(true),
		StringData: pulumi.StringMap{passwordKey: b.password, exporterPasswordKey: exporterPassword},
	}, b.parent)
	if err != nil {
		return connection.Connection{}, fmt.Errorf("making the Secret of %s: %w", b.name, err)
	}
	config, err := corev1.NewConfigMap(b.ctx, b.name, &corev1.ConfigMapArgs{
		Metadata:  meta,
		Immutable: pulumi.Bool(true),
		Data: pulumi.StringMap{
			"postgresql.conf": pulumi.String(configuration(settings)),
			"pg_hba.conf":     pulumi.String(accessRules),
			"roles.sql":       pulumi.String(roles),
			"restore.sh":      pulumi.String(restoreScript),
		},
	}, b.parent)
	if err != nil {
		return connection.Connection{}, fmt.Errorf("making the ConfigMap of %s: %w", b.name, err)
	}

	dumps, err := b.singleBackup(secret)
	if err != nil {
		return connection.Connection{}, err
	}
	exporter := exporterContainer()
	args := &dataservice.Args{
		Namespace: b.args.Namespace, NamespaceName: b.args.NamespaceName, Version: release,
		Container: serverContainer(b.spec, b.recovers()), User: user, Port: port,
		Exporter: &exporter, MetricsPort: metricsPort,
		Volumes: corev1.VolumeArray{
			dataservice.Config("config", config),
			dataservice.Secret("secret", secret, passwordKey, exporterPasswordKey),
			dataservice.Secret("exporter-secret", secret, exporterPasswordKey),
			dataservice.Scratch("socket", "1Mi"),
			dataservice.Scratch("tmp", "64Mi"),
			sharedMemory(b.spec),
		},
		Storage: b.spec.Storage, DataPath: dataPath,
		// The image's stop signal is a fast shutdown, which ends with a checkpoint of all the shared buffers.
		GracePeriod:   120,
		PriorityClass: b.args.PriorityClass, KeepData: b.args.KeepData,
		Clients: append(append([]network.Peer{}, b.args.Clients...), b.backupPeers()...),
	}
	after := []pulumi.Resource{b.record}
	if b.recovers() {
		fetched, err := b.fetchDump(args, dumps)
		if err != nil {
			return connection.Connection{}, err
		}
		after = append(after, fetched...)
	}
	server, err := dataservice.New(b.ctx, b.name, args, b.parent, pulumi.DependsOn(after))
	if err != nil {
		return connection.Connection{}, err
	}
	return b.connection(server.Peer, server.Host, server.Host, "disable"), nil
}
