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
	"github.com/plinth-iac/plinth/components/spec"
)

// releases are the newest of each major version in docker-library/official-images. The Debian release is pinned too:
// another one sorts text otherwise, which breaks indexes that are on the disk already.
var releases = map[int]string{15: "15.19", 16: "16.15", 17: "17.11", 18: "18.6"}

const (
	exporterImage = "quay.io/prometheuscommunity/postgres-exporter:v0.20.1"
	// exporterRole is in roles.sql too. With its hyphen it is no name that a database of a spec can have.
	exporterRole = "plinth-exporter"

	user        = 999 // postgres in the image
	port        = 5432
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

// Args describe the platform's Postgres.
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
}

// Postgres is the platform's Postgres.
type Postgres struct {
	pulumi.ResourceState

	// Connection of the application's user to its database.
	Connection connection.Connection
}

// New registers a Postgres named name; its objects have that name too. opts must carry the `kubernetes`
// provider. It fails where the mode is not single.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Postgres, error) {
	s := args.Spec
	if s.Mode != spec.Single {
		return nil, fmt.Errorf("postgres mode %q is not there yet; set plinth:postgres.mode to single", s.Mode)
	}
	release, ok := releases[s.Version]
	if !ok {
		return nil, fmt.Errorf("postgres version %d is not supported; set plinth:postgres.version to 15, 16, 17 or 18", s.Version)
	}
	conf, err := configuration(s)
	if err != nil {
		return nil, err
	}

	p := &Postgres{}
	if err := ctx.RegisterComponentResource("plinth:postgres:Postgres", name, p, opts...); err != nil {
		return nil, fmt.Errorf("registering postgres %s: %w", name, err)
	}
	parent := pulumi.Parent(p)

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
		Metadata:   meta,
		Immutable:  pulumi.Bool(true),
		StringData: pulumi.StringMap{passwordKey: password, exporterPasswordKey: exporterPassword},
	}, parent)
	if err != nil {
		return nil, fmt.Errorf("making the Secret of %s: %w", name, err)
	}
	config, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata:  meta,
		Immutable: pulumi.Bool(true),
		Data: pulumi.StringMap{
			"postgresql.conf": pulumi.String(conf),
			"pg_hba.conf":     pulumi.String(accessRules),
			"roles.sql":       pulumi.String(roles),
		},
	}, parent)
	if err != nil {
		return nil, fmt.Errorf("making the ConfigMap of %s: %w", name, err)
	}

	exporter := exporterContainer()
	server, err := dataservice.New(ctx, name, &dataservice.Args{
		Namespace: args.Namespace, NamespaceName: args.NamespaceName, Version: release,
		Container: serverContainer(s, release), User: user, Port: port,
		Exporter: &exporter, MetricsPort: metricsPort,
		Volumes: corev1.VolumeArray{
			dataservice.Config("config", config),
			dataservice.Secret("secret", secret, passwordKey, exporterPasswordKey),
			dataservice.Secret("exporter-secret", secret, exporterPasswordKey),
			dataservice.Scratch("socket", "1Mi"),
			dataservice.Scratch("tmp", "64Mi"),
			sharedMemory(s),
		},
		Storage: s.Storage, DataPath: dataPath,
		// The image's stop signal is a fast shutdown, which ends with a checkpoint of all the shared buffers.
		GracePeriod:   120,
		PriorityClass: args.PriorityClass, Clients: args.Clients, KeepData: args.KeepData,
	}, parent)
	if err != nil {
		return nil, err
	}

	p.Connection = newConnection(server, s.Database, password)
	if err := ctx.RegisterResourceOutputs(p, pulumi.Map{"connection": p.Connection.Values}); err != nil {
		return nil, fmt.Errorf("registering the outputs of postgres %s: %w", name, err)
	}
	return p, nil
}
