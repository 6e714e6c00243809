package redis

import (
	"encoding/json"
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/dataservice"
)

// single makes one server on one disk.
func (b *builder) single() (connection.Connection, error) {
	exporterPassword, err := dataservice.NewPassword(b.ctx, b.name+"-exporter-password", b.args.KeepData, b.parent, pulumi.Provider(b.args.Random))
	if err != nil {
		return connection.Connection{}, err
	}
	meta := metav1.ObjectMetaArgs{Namespace: b.args.Namespace, Labels: dataservice.Labels(b.name, release)}
	secret, err := corev1.NewSecret(b.ctx, b.name, &corev1.SecretArgs{
		Metadata:  meta,
		Immutable: pulumi.Bool(true),
		StringData: b.withBackupPassword(pulumi.StringMap{
			passwordKey:         b.password,
			exporterPasswordKey: exporterPassword.ApplyT(exporterPasswords).(pulumi.StringOutput),
			usersFile: pulumi.All(b.password, exporterPassword, b.backupPassword).ApplyT(func(p []any) string {
				return users(p[0].(string), p[1].(string)) + backupUser(p[2].(string))
			}).(pulumi.StringOutput),
		}),
	}, b.parent)
	if err != nil {
		return connection.Connection{}, fmt.Errorf("making its Secret: %w", err)
	}
	config, err := corev1.NewConfigMap(b.ctx, b.name, &corev1.ConfigMapArgs{
		Metadata:  meta,
		Immutable: pulumi.Bool(true),
		Data:      pulumi.StringMap{"redis.conf": pulumi.String(configuration(b.spec))},
	}, b.parent)
	if err != nil {
		return connection.Connection{}, fmt.Errorf("making its ConfigMap: %w", err)
	}

	exporter := exporterContainer()
	server, err := dataservice.New(b.ctx, b.name, &dataservice.Args{
		Namespace: b.args.Namespace, NamespaceName: b.args.NamespaceName, Version: release,
		Container: serverContainer(b.spec), User: user, Port: port,
		Exporter: &exporter, MetricsPort: metricsPort,
		Volumes: corev1.VolumeArray{
			dataservice.Config("config", config),
			dataservice.Secret("secret", secret, usersFile, passwordKey),
			dataservice.Secret("exporter-secret", secret, exporterPasswordKey),
		},
		Storage: b.spec.Storage, DataPath: dataPath,
		// Asked to stop, Redis saves a last snapshot.
		GracePeriod:   120,
		PriorityClass: b.args.PriorityClass, Clients: b.clients(b.backupName()), KeepData: b.args.KeepData,
	}, b.parent, pulumi.DependsOn([]pulumi.Resource{b.record}))
	if err != nil {
		return connection.Connection{}, err
	}
	if err := b.backup(b.backupName(), source{host: server.Host, peer: server.Peer, secret: secret}); err != nil {
		return connection.Connection{}, err
	}
	return b.connection(server.Peer, address{host: server.Host}, nil), nil
}

// exporterPasswords is the exporter's password file: the password by the address and user it connects with.
func exporterPasswords(password string) (string, error) {
	b, err := json.Marshal(map[string]string{exporterIdentity: password})
	return string(b), err
}
