package postgres

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/backup"
	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
)

// ValidateCloud reports what the cloud does not offer: it is aws, gcp, azure or existing, and zones is how many the cluster has. s
// is complete and validated, and path is where it stands.
func (s Spec) ValidateCloud(cloud string, zones int, path spec.Path, problems *spec.Problems) {
	switch {
	case s.Mode != spec.Managed && s.Rotate > 0:
		problems.Add(path.Key("rotate"), s.Rotate, "no rotation but in mode managed", "remove it")
	case s.Mode == spec.Managed && managed.CheckOffer(path.Key("mode"), cloud, service, problems):
		managed.PlacePostgres(path, cloud, s.managed(), zones > 1, problems)
		s.validateSchedule(path.Key("backup").Key("schedule"), problems)
	}
}

// validateSchedule refuses what the stack file cannot decide: a cloud backs its servers up by itself, whether backup is enabled or not.
func (s Spec) validateSchedule(path spec.Path, problems *spec.Problems) {
	if s.Backup.Schedule != (backup.Spec{}).Complete().Schedule {
		problems.Add(path, s.Backup.Schedule, "the cloud's own schedule in mode managed: every day, and every change in between", "remove it")
	}
}

// managed is what a cloud is asked for.
func (s Spec) managed() *managed.PostgresArgs {
	return &managed.PostgresArgs{
		Size: managed.Size{CPU: s.CPU, Memory: s.Memory}, Storage: s.Storage, Version: s.Version, Database: s.Database,
		Parameters: s.Parameters, KeepDays: s.Backup.KeepDays,
	}
}

// newManaged has the cloud run the server.
func newManaged(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Postgres, error) {
	s := args.Spec
	if args.Services == nil {
		return nil, managed.NotOffered(name, "existing", service)
	}
	p := &Postgres{}
	if err := ctx.RegisterComponentResource("plinth:postgres:Postgres", name, p, opts...); err != nil {
		return nil, fmt.Errorf("registering postgres %s: %w", name, err)
	}
	parent := pulumi.Parent(p)
	record, err := dataservice.NewRecord(ctx, name, args.Namespace, dataservice.Labels(name, fmt.Sprint(s.Version)), dataservice.Record{
		Path: service, Mode: s.Mode, Storage: s.Storage, Version: s.Version, Migrate: s.Migrate,
	}, parent)
	if err != nil {
		return nil, err
	}
	password, err := dataservice.NewRotatedPassword(ctx, name+"-password", s.Rotate, parent, pulumi.Provider(args.Random))
	if err != nil {
		return nil, err
	}
	asked := s.managed()
	asked.Password, asked.Protect, asked.After = password, args.KeepData, []pulumi.Resource{record}
	server, err := args.Services.Managed().NewPostgres(ctx, name, asked, parent)
	if err != nil {
		return nil, fmt.Errorf("making postgres %s: %w", name, err)
	}
	if err := watchManaged(ctx, name, args, server, parent); err != nil {
		return nil, fmt.Errorf("watching over postgres %s: %w", name, err)
	}
	p.Connection = managedConnection(server, s.Database)
	if err := ctx.RegisterResourceOutputs(p, pulumi.Map{"connection": p.Connection.Values}); err != nil {
		return nil, fmt.Errorf("registering the outputs of postgres %s: %w", name, err)
	}
	return p, nil
}

// managedConnection has no replicas of its own: a standby takes over the server's name. With sslmode=require a client needs no
// certificate of the authority to connect; one that has it, in ca or from the cloud, may ask for verify-ca.
func managedConnection(server *managed.Server, database string) connection.Connection {
	values := pulumi.StringMap{
		connection.Host:         server.Host,
		connection.ReadOnlyHost: server.Host,
		connection.Port:         pulumi.String(fmt.Sprint(server.Port)),
		connection.Username:     pulumi.String(database),
		connection.Password:     server.Password,
		connection.Database:     pulumi.String(database),
		connection.URI: pulumi.Sprintf("postgresql://%s:%s@%s:%d/%s?sslmode=require",
			database, server.Password, server.Host, server.Port, database),
	}
	if server.CA != nil {
		values[connection.CA] = server.CA
	}
	return connection.New(service, network.Peer{CIDR: server.Range, Ports: []int{server.Port}}, values)
}
