package redis

import (
	"encoding/json"
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
)

// release is the newest of the 8.2 line in docker-library/official-images: the one of Redis 8 with the most fixes.
const release = "8.2.9"

// Args describe the platform's Redis.
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

// Redis is the platform's Redis.
type Redis struct {
	pulumi.ResourceState

	// Connection of the clients' user. It has no database: a client that asks for none gets number 0.
	Connection connection.Connection
}

// New registers a Redis named name; its objects have that name too. opts must carry the `kubernetes`
// provider. It fails where the mode is not single.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Redis, error) {
	s := args.Spec
	if s.Mode == spec.Managed {
		return newManaged(ctx, name, args, opts...)
	}
	if s.Mode != spec.Single {
		return nil, fmt.Errorf("redis mode %q is not there yet; set plinth:redis.mode to single", s.Mode)
	}

	r := &Redis{}
	if err := ctx.RegisterComponentResource("plinth:redis:Redis", name, r, opts...); err != nil {
		return nil, fmt.Errorf("registering redis %s: %w", name, err)
	}
	parent := pulumi.Parent(r)

	password, err := dataservice.NewPassword(ctx, name+"-password", args.KeepData, parent, pulumi.Provider(args.Random))
	if err != nil {
		return nil, err
	}
	exporterPassword, err := dataservice.NewPassword(ctx, name+"-exporter-password", args.KeepData, parent, pulumi.Provider(args.Random))
	if err != nil {
		return nil, err
	}
	meta := metav1.ObjectMetaArgs{Namespace: args.Namespace, Labels: dataservice.Labels(name, release)}
	secret, err := corev1.NewSecret(ctx, name, &corev1.SecretArgs{
		Metadata:  meta,
		Immutable: pulumi.Bool(true),
		StringData: pulumi.StringMap{
			passwordKey:         password,
			exporterPasswordKey: exporterPassword.ApplyT(exporterPasswords).(pulumi.StringOutput),
			usersFile:           pulumi.All(password, exporterPassword).ApplyT(bothUsers).(pulumi.StringOutput),
		},
	}, parent)
	if err != nil {
		return nil, fmt.Errorf("making the Secret of %s: %w", name, err)
	}
	config, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata:  meta,
		Immutable: pulumi.Bool(true),
		Data:      pulumi.StringMap{"redis.conf": pulumi.String(configuration(s))},
	}, parent)
	if err != nil {
		return nil, fmt.Errorf("making the ConfigMap of %s: %w", name, err)
	}

	exporter := exporterContainer()
	server, err := dataservice.New(ctx, name, &dataservice.Args{
		Namespace: args.Namespace, NamespaceName: args.NamespaceName, Version: release,
		Container: serverContainer(s), User: user, Port: port,
		Exporter: &exporter, MetricsPort: metricsPort,
		Volumes: corev1.VolumeArray{
			dataservice.Config("config", config),
			dataservice.Secret("secret", secret, usersFile, passwordKey),
			dataservice.Secret("exporter-secret", secret, exporterPasswordKey),
		},
		Storage: s.Storage, DataPath: dataPath,
		// Asked to stop, Redis saves a last snapshot.
		GracePeriod:   120,
		PriorityClass: args.PriorityClass, Clients: args.Clients, KeepData: args.KeepData,
	}, parent)
	if err != nil {
		return nil, err
	}

	r.Connection = connection.New("redis", server.Peer, pulumi.StringMap{
		connection.Host:     pulumi.String(server.Host),
		connection.Port:     pulumi.String(fmt.Sprint(port)),
		connection.Username: pulumi.String("default"),
		connection.Password: password,
		connection.URI:      pulumi.Sprintf("redis://default:%s@%s:%d/0", password, server.Host, port),
	})
	if err := ctx.RegisterResourceOutputs(r, pulumi.Map{"connection": r.Connection.Values}); err != nil {
		return nil, fmt.Errorf("registering the outputs of redis %s: %w", name, err)
	}
	return r, nil
}

func bothUsers(passwords []any) string { return users(passwords[0].(string), passwords[1].(string)) }

// exporterPasswords is the exporter's password file: the password by the address and user it connects with.
func exporterPasswords(password string) (string, error) {
	b, err := json.Marshal(map[string]string{exporterIdentity: password})
	return string(b), err
}
