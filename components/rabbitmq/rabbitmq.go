package rabbitmq

import (
	"fmt"
	"net/url"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
)

const (
	// release is the newest in docker-library/official-images. Its community gets fixes for the newest line alone.
	release = "4.3.5"

	user = 999 // rabbitmq in the image
)

// Args describe the platform's RabbitMQ.
type Args struct {
	// Spec is complete and validated: see Spec.Complete and Spec.Validate.
	Spec Spec
	// Namespace it is made in. An output of the Namespace resource also orders the two.
	Namespace pulumi.StringInput
	// NamespaceName is the same name, known now.
	NamespaceName string
	// Clients that may connect; nobody else may.
	Clients []network.Peer
	// Random is the `random` provider, which makes the passwords.
	Random pulumi.ProviderResource
	// KeepData protects the disk and the passwords, and retains the disk when the stack is destroyed all the same.
	KeepData bool
	// PriorityClass of the pod. Empty for the cluster's default.
	PriorityClass string
	// Services of the cloud, of which mode managed needs its data services.
	Services cluster.Services
}

// RabbitMQ is the platform's RabbitMQ.
type RabbitMQ struct {
	pulumi.ResourceState

	// Connection of the clients' user to the virtual host "/", which may declare queues and exchanges of its own there.
	Connection connection.Connection
}

// New registers a RabbitMQ named name; its objects have that name too. opts must carry the `kubernetes`
// provider. It fails where the mode is not single.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*RabbitMQ, error) {
	s := args.Spec
	if s.Mode == spec.Managed {
		return newManaged(ctx, name, args, opts...)
	}
	if s.Mode != spec.Single {
		return nil, fmt.Errorf("rabbitmq mode %q is not there yet; set plinth:rabbitmq.mode to single", s.Mode)
	}

	r := &RabbitMQ{}
	if err := ctx.RegisterComponentResource("plinth:rabbitmq:RabbitMQ", name, r, opts...); err != nil {
		return nil, fmt.Errorf("registering rabbitmq %s: %w", name, err)
	}
	parent := pulumi.Parent(r)

	password, err := dataservice.NewPassword(ctx, name+"-password", args.KeepData, parent, pulumi.Provider(args.Random))
	if err != nil {
		return nil, err
	}
	salt, err := dataservice.NewPassword(ctx, name+"-salt", args.KeepData, parent, pulumi.Provider(args.Random))
	if err != nil {
		return nil, err
	}
	meta := metav1.ObjectMetaArgs{Namespace: args.Namespace, Labels: dataservice.Labels(name, release)}
	secret, err := corev1.NewSecret(ctx, name, &corev1.SecretArgs{
		Metadata:  meta,
		Immutable: pulumi.Bool(true),
		StringData: pulumi.StringMap{
			definitionsFile: pulumi.All(password, salt).ApplyT(func(secrets []any) (string, error) {
				return define(s.Queues, secrets[0].(string), secrets[1].(string)[:4])
			}).(pulumi.StringOutput),
		},
	}, parent)
	if err != nil {
		return nil, fmt.Errorf("making the Secret of %s: %w", name, err)
	}
	config, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata:  meta,
		Immutable: pulumi.Bool(true),
		Data:      pulumi.StringMap{"rabbitmq.conf": pulumi.String(configuration(s))},
	}, parent)
	if err != nil {
		return nil, fmt.Errorf("making the ConfigMap of %s: %w", name, err)
	}

	server, err := dataservice.New(ctx, name, &dataservice.Args{
		Namespace: args.Namespace, NamespaceName: args.NamespaceName, Version: release,
		Container: container(s), User: user, Port: port, MetricsPort: metricsPort,
		Volumes: corev1.VolumeArray{
			dataservice.Config("config", config),
			dataservice.Secret("secret", secret, definitionsFile),
			dataservice.Scratch("tmp", "64Mi"),
		},
		Storage: s.Storage, DataPath: dataPath,
		// Asked to stop, the broker closes its connections and its queues' logs.
		GracePeriod:   120,
		PriorityClass: args.PriorityClass, Clients: args.Clients, KeepData: args.KeepData,
	}, parent)
	if err != nil {
		return nil, err
	}

	r.Connection = connection.New("rabbitmq", server.Peer, pulumi.StringMap{
		connection.Host:     pulumi.String(server.Host),
		connection.Port:     pulumi.String(fmt.Sprint(port)),
		connection.Username: pulumi.String(username),
		connection.Password: password,
		connection.Database: pulumi.String(virtualHost),
		connection.URI:      pulumi.Sprintf("amqp://%s:%s@%s:%d/%s", username, password, server.Host, port, url.PathEscape(virtualHost)),
	})
	if err := ctx.RegisterResourceOutputs(r, pulumi.Map{"connection": r.Connection.Values}); err != nil {
		return nil, fmt.Errorf("registering the outputs of rabbitmq %s: %w", name, err)
	}
	return r, nil
}
