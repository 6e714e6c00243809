package rabbitmq

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/dataservice"
)

// single makes one broker on one disk.
func (b *builder) single() (connection.Connection, error) {
	salt, err := b.newPassword("salt")
	if err != nil {
		return connection.Connection{}, err
	}
	meta := metav1.ObjectMetaArgs{Namespace: b.args.Namespace, Labels: dataservice.Labels(b.name, release)}
	secret, err := corev1.NewSecret(b.ctx, b.name, &corev1.SecretArgs{
		Metadata:  meta,
		Immutable: pulumi.Bool(true),
		StringData: pulumi.StringMap{
			definitionsFile: pulumi.All(b.password, salt).ApplyT(func(secrets []any) (string, error) {
				return define(b.spec.Queues, secrets[0].(string), secrets[1].(string)[:4], "")
			}).(pulumi.StringOutput),
		},
	}, b.parent)
	if err != nil {
		return connection.Connection{}, fmt.Errorf("making its Secret: %w", err)
	}
	config, err := corev1.NewConfigMap(b.ctx, b.name, &corev1.ConfigMapArgs{
		Metadata:  meta,
		Immutable: pulumi.Bool(true),
		Data:      pulumi.StringMap{"rabbitmq.conf": pulumi.String(configuration(b.spec))},
	}, b.parent)
	if err != nil {
		return connection.Connection{}, fmt.Errorf("making its ConfigMap: %w", err)
	}

	server, err := dataservice.New(b.ctx, b.name, &dataservice.Args{
		Namespace: b.args.Namespace, NamespaceName: b.args.NamespaceName, Version: release,
		Container: container(b.spec), User: user, Port: port, MetricsPort: metricsPort,
		Volumes: corev1.VolumeArray{
			dataservice.Config("config", config),
			dataservice.Secret("secret", secret, definitionsFile),
			dataservice.Scratch("tmp", "64Mi"),
		},
		Storage: b.spec.Storage, DataPath: dataPath,
		// Asked to stop, the broker closes its connections and its queues' logs.
		GracePeriod:   120,
		PriorityClass: b.args.PriorityClass, Clients: b.args.Clients, KeepData: b.args.KeepData,
	}, b.parent, pulumi.DependsOn([]pulumi.Resource{b.record}))
	if err != nil {
		return connection.Connection{}, err
	}
	return b.connection(server.Peer, server.Host, nil), nil
}
