package amazon

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/spec"
)

const postgresPort = 5432

// postgres is a database of RDS with what it needs.
type postgres struct{ pulumi.ResourceState }

// NewPostgres implements managed.Services with Amazon RDS. It grows in place, and a higher major version or another size is
// taken at once, with a restart, rather than in the next maintenance window: pulumi up has then done what it says.
func (s *services) NewPostgres(ctx *pulumi.Context, name string, args *managed.PostgresArgs, opts ...pulumi.ResourceOption) (*managed.Server, error) {
	var problems spec.Problems
	place := managed.PlacePostgres(spec.Path(name), "aws", args, s.Spread, &problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	id, err := s.physical(name, 63)
	if err != nil {
		return nil, err
	}
	subnets, err := s.place(ctx)
	if err != nil {
		return nil, err
	}
	self := &postgres{}
	if err := ctx.RegisterComponentResource("plinth:amazon:Postgres", name, self, opts...); err != nil {
		return nil, fmt.Errorf("registering postgres %s: %w", name, err)
	}
	db, err := s.newInstance(ctx, name, id, subnets, place, args, self)
	if err != nil {
		return nil, err
	}
	server := &managed.Server{Host: db.Address, Port: postgresPort, Password: args.Password, Range: s.Range.String(), Resource: db}
	return server, ctx.RegisterResourceOutputs(self, pulumi.Map{"host": db.Address})
}

func (s *services) newInstance(
	ctx *pulumi.Context, name, id string, subnets pulumi.StringArray, place managed.Place, args *managed.PostgresArgs, self pulumi.Resource,
) (*rds.Instance, error) {
	group, err := rds.NewSubnetGroup(ctx, name, &rds.SubnetGroupArgs{SubnetIds: subnets, Tags: s.called(name)}, s.child(self)...)
	if err != nil {
		return nil, fmt.Errorf("making the subnet group of %s: %w", name, err)
	}
	firewall, err := s.newFirewall(ctx, name, self, postgresPort)
	if err != nil {
		return nil, err
	}
	parameters, err := s.newParameters(ctx, name, args, self)
	if err != nil {
		return nil, err
	}
	monitor, attached, err := s.newMonitor(ctx, name, self)
	if err != nil {
		return nil, err
	}
	before := []pulumi.Resource{attached}
	for _, log := range []string{"postgresql", "upgrade"} {
		logs, err := s.newLogGroup(ctx, name+"-"+log, "/aws/rds/instance/"+id+"/"+log, self)
		if err != nil {
			return nil, err
		}
		before = append(before, logs)
	}

	settings := &rds.InstanceArgs{
		Identifier:               pulumi.String(id),
		Engine:                   pulumi.String("postgres"),
		EngineVersion:            pulumi.String(strconv.Itoa(args.Version)), // RDS chooses the minor version, and goes on from there
		AutoMinorVersionUpgrade:  pulumi.Bool(true),
		AllowMajorVersionUpgrade: pulumi.Bool(true), // downwards RDS refuses it
		ApplyImmediately:         pulumi.Bool(true),
		InstanceClass:            pulumi.String(place.Class),
		MultiAz:                  pulumi.Bool(s.Spread),
		ParameterGroupName:       parameters.Name,

		AllocatedStorage:    pulumi.Int(place.GiB),
		MaxAllocatedStorage: pulumi.Int(place.MostGiB),
		StorageType:         pulumi.String("gp3"),
		StorageEncrypted:    pulumi.Bool(true),
		KmsKeyId:            s.DataKey.ToStringOutput(),

		DbSubnetGroupName:   group.Name,
		VpcSecurityGroupIds: pulumi.StringArray{firewall.ID()},
		PubliclyAccessible:  pulumi.Bool(false),
		Port:                pulumi.Int(postgresPort),
		CaCertIdentifier:    pulumi.String("rds-ca-rsa2048-g1"), // RDS' default, of which every bundle of its authorities has the root

		DbName:                           pulumi.String(args.Database),
		Username:                         pulumi.String(args.Database),
		Password:                         args.Password,
		IamDatabaseAuthenticationEnabled: pulumi.Bool(true),

		BackupRetentionPeriod:  pulumi.Int(cmp.Or(args.KeepDays, defaultKeepDays)),
		BackupWindow:           pulumi.String(backupWindow),
		MaintenanceWindow:      pulumi.String(maintenanceWindow),
		CopyTagsToSnapshot:     pulumi.Bool(true),
		DeleteAutomatedBackups: pulumi.Bool(!args.Protect),
		DeletionProtection:     pulumi.Bool(args.Protect),
		SkipFinalSnapshot:      pulumi.Bool(!args.Protect),

		EnabledCloudwatchLogsExports: pulumi.ToStringArray([]string{"postgresql", "upgrade"}),
		MonitoringInterval:           pulumi.Int(60),
		MonitoringRoleArn:            monitor.Arn,
		PerformanceInsightsEnabled:   pulumi.Bool(true),
		PerformanceInsightsKmsKeyId:  s.DataKey.ToStringOutput(),
		Tags:                         s.called(name),
	}
	if args.Protect {
		settings.FinalSnapshotIdentifier = pulumi.String(id + "-final")
	}
	db, err := rds.NewInstance(ctx, name, settings, s.child(self, pulumi.Protect(args.Protect), pulumi.DependsOn(append(before, args.After...)),
		pulumi.DeleteBeforeReplace(true), // its name is known before it is there
		managed.LongChanges)...)
	if err != nil {
		return nil, fmt.Errorf("making the database %s: %w", name, err)
	}
	return db, nil
}

// newParameters makes the settings of one major version: another one has its own, so that an upgrade finds them.
func (s *services) newParameters(ctx *pulumi.Context, name string, args *managed.PostgresArgs, self pulumi.Resource) (*rds.ParameterGroup, error) {
	settings := map[string]string{
		"rds.force_ssl":              "1",
		"log_connections":            "1",
		"log_disconnections":         "1",
		"log_lock_waits":             "1",
		"log_statement":              "ddl",
		"log_min_duration_statement": "5000", // milliseconds
	}
	maps.Copy(settings, args.Parameters)
	list := rds.ParameterGroupParameterArray{}
	for _, parameter := range slices.Sorted(maps.Keys(settings)) {
		list = append(list, rds.ParameterGroupParameterArgs{
			Name: pulumi.String(parameter), Value: pulumi.String(settings[parameter]),
			ApplyMethod: pulumi.String("pending-reboot"), // which fits those that need one and those that do not
		})
	}
	group, err := rds.NewParameterGroup(ctx, fmt.Sprintf("%s-%d", name, args.Version), &rds.ParameterGroupArgs{
		Family: pulumi.String(fmt.Sprintf("postgres%d", args.Version)), Parameters: list, Tags: s.called(name),
	}, s.child(self)...)
	if err != nil {
		return nil, fmt.Errorf("making the parameters of %s: %w", name, err)
	}
	return group, nil
}

// newMonitor makes the role with which RDS reports what goes on in the server's operating system.
func (s *services) newMonitor(ctx *pulumi.Context, name string, self pulumi.Resource) (*iam.Role, pulumi.Resource, error) {
	role, err := iam.NewRole(ctx, name+"-monitor", &iam.RoleArgs{
		AssumeRolePolicy: pulumi.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"monitoring.rds.amazonaws.com"}}]}`),
	}, s.child(self)...)
	if err != nil {
		return nil, nil, fmt.Errorf("making the monitoring role of %s: %w", name, err)
	}
	attached, err := iam.NewRolePolicyAttachment(ctx, name+"-monitor", &iam.RolePolicyAttachmentArgs{
		Role: role.Name, PolicyArn: pulumi.String("arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"),
	}, s.child(self)...)
	if err != nil {
		return nil, nil, fmt.Errorf("letting %s be monitored: %w", name, err)
	}
	return role, attached, nil
}
