package postgres

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
)

// port that clients connect to.
const port = 5432

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
	// KeepData retains the data when the stack is destroyed all the same, and protects it and the passwords.
	KeepData bool
	// PriorityClass of the pods. Empty for the cluster's default.
	PriorityClass string
	// Services of the cloud. Nil leaves the backup out, with a warning.
	Services cluster.Services
	// Zones that the instances of mode ha must be spread over. With 0 they are spread as well as it goes.
	Zones int
	// Operator is what the custom resources of mode ha depend on: see operators.NewPostgres.
	Operator []pulumi.Resource
	// Monitoring is what the scraping and the alerts depend on: the Prometheus operator. Nil leaves them out.
	Monitoring []pulumi.Resource
	// Simulated is for nodes that run nothing: what can only be done on real ones is left out, with a warning.
	Simulated bool
}

// Postgres is the platform's Postgres.
type Postgres struct {
	pulumi.ResourceState

	// Connection of the application's user to its database.
	Connection connection.Connection
}

// builder makes one Postgres.
type builder struct {
	ctx    *pulumi.Context
	name   string
	args   *Args
	spec   Spec
	parent pulumi.ResourceOption
	// password of the application's user.
	password pulumi.StringOutput
	// record is what the data depends on, so that a change which would lose it is refused first.
	record pulumi.Resource
}

// modes are how to make each, and what the clients connect to.
var modes = map[spec.Mode]func(*builder) (connection.Connection, error){
	spec.Single: (*builder).single,
	spec.HA:     (*builder).ha,
}

// New registers a Postgres named name; its objects have that name too, or begin with it. opts must carry the `kubernetes`
// provider. It fails where the spec is not a valid one.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Postgres, error) {
	if args.Spec.Mode == spec.Managed {
		return newManaged(ctx, name, args, opts...)
	}
	b := &builder{ctx: ctx, name: name, args: args, spec: args.Spec}
	run, ok := modes[b.spec.Mode]
	if !ok {
		return nil, fmt.Errorf("postgres mode %q is not there; set plinth:postgres.mode to single or ha", b.spec.Mode)
	}
	if err := b.check(); err != nil {
		return nil, err
	}
	p := &Postgres{}
	if err := ctx.RegisterComponentResource("plinth:postgres:Postgres", name, p, opts...); err != nil {
		return nil, fmt.Errorf("registering postgres %s: %w", name, err)
	}
	b.parent = pulumi.Parent(p)

	var err error
	b.record, err = dataservice.NewRecord(ctx, name, args.Namespace, dataservice.Labels(name, fmt.Sprint(b.spec.Version)), dataservice.Record{
		Path: service, Mode: b.spec.Mode, Storage: b.spec.Storage, Version: b.spec.Version, Migrate: b.spec.Migrate,
	}, b.parent)
	if err != nil {
		return nil, err
	}
	b.password, err = dataservice.NewPassword(ctx, name+"-password", args.KeepData, b.parent, pulumi.Provider(args.Random))
	if err != nil {
		return nil, err
	}
	if p.Connection, err = run(b); err != nil {
		return nil, fmt.Errorf("making postgres %s: %w", name, err)
	}
	if err := b.observe(); err != nil {
		return nil, fmt.Errorf("watching over postgres %s: %w", name, err)
	}
	if err := ctx.RegisterResourceOutputs(p, pulumi.Map{"connection": p.Connection.Values}); err != nil {
		return nil, fmt.Errorf("registering the outputs of postgres %s: %w", name, err)
	}
	return p, nil
}

// check refuses what New cannot make sense of before anything is registered.
func (b *builder) check() error {
	if _, ok := releases[b.spec.Version]; !ok {
		return fmt.Errorf("postgres version %d is not supported; set plinth:postgres.version to 15, 16, 17 or 18", b.spec.Version)
	}
	if _, err := b.settings(); err != nil {
		return err
	}
	if b.spec.Recover == nil || b.backedUp() {
		return nil
	}
	if b.args.Simulated {
		return b.ctx.Log.Warn(fmt.Sprintf("The recovery of %s is left out: simulated nodes have no object storage.", b.name), nil)
	}
	return fmt.Errorf("postgres cannot be recovered from %s: this cluster has no object storage that Plinth knows of; "+
		"remove plinth:postgres.recover, or run the stack on cloud: aws, gcp or azure", b.spec.Recover.From)
}
