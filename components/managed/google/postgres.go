package google

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/sql"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/spec"
)

const (
	postgresPort = 5432
	// defaultKeepDays is how many daily backups are kept unless said otherwise.
	defaultKeepDays = 30
	// replayDays is how far back in time the edition ENTERPRISE can be restored.
	replayDays = 7
)

// postgres is a database of Cloud SQL with what it needs.
type postgres struct{ pulumi.ResourceState }

// NewPostgres implements managed.Services with Cloud SQL. The storage asked for is what it begins with and half of what it may
// grow to by itself: to set its size again would be to shrink what has grown, which replaces the database.
func (s *services) NewPostgres(ctx *pulumi.Context, name string, args *managed.PostgresArgs, opts ...pulumi.ResourceOption) (*managed.Server, error) {
	var problems spec.Problems
	place := managed.PlacePostgres(spec.Path(name), "gcp", args, s.Spread, &problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	subnet, err := s.place(ctx)
	if err != nil {
		return nil, err
	}
	self := &postgres{}
	if err := ctx.RegisterComponentResource("plinth:google:Postgres", name, self, opts...); err != nil {
		return nil, fmt.Errorf("registering postgres %s: %w", name, err)
	}
	db, err := s.newInstance(ctx, name, place, args, self)
	if err != nil {
		return nil, err
	}
	address, endpoint, err := s.connect(ctx, name, subnet, db, args.Protect, self)
	if err != nil {
		return nil, err
	}
	if err := s.newDatabase(ctx, name, db, args, self); err != nil {
		return nil, err
	}
	server := &managed.Server{
		Host: address.Address, Port: postgresPort, Password: args.Password,
		CA:    db.ServerCaCerts.Index(pulumi.Int(0)).Cert().Elem(),
		Range: s.Ranges[0].String(), Resource: endpoint,
	}
	return server, ctx.RegisterResourceOutputs(self, pulumi.Map{"host": server.Host})
}

func (s *services) newInstance(ctx *pulumi.Context, name string, place managed.Place, args *managed.PostgresArgs, self pulumi.Resource) (*sql.DatabaseInstance, error) {
	key, grant, err := s.newKey(ctx, name, "sqladmin", args.Protect, self)
	if err != nil {
		return nil, err
	}
	availability := "ZONAL"
	if s.Spread {
		availability = "REGIONAL"
	}
	db, err := sql.NewDatabaseInstance(ctx, name, &sql.DatabaseInstanceArgs{
		Project: pulumi.String(s.Project), Region: pulumi.String(s.Region),
		DatabaseVersion:    pulumi.String(fmt.Sprintf("POSTGRES_%d", args.Version)),
		EncryptionKeyName:  key.ID(),
		DeletionProtection: pulumi.Bool(args.Protect),
		Settings: sql.DatabaseInstanceSettingsArgs{
			Edition: pulumi.String("ENTERPRISE"), Tier: pulumi.String(place.Class), AvailabilityType: pulumi.String(availability),
			DeletionProtectionEnabled: pulumi.Bool(args.Protect),
			DiskType:                  pulumi.String("PD_SSD"), DiskSize: pulumi.Int(place.GiB),
			DiskAutoresize: pulumi.Bool(true), DiskAutoresizeLimit: pulumi.Int(place.MostGiB),
			IpConfiguration: sql.DatabaseInstanceSettingsIpConfigurationArgs{
				Ipv4Enabled: pulumi.Bool(false), SslMode: pulumi.String("ENCRYPTED_ONLY"),
				PscConfigs: sql.DatabaseInstanceSettingsIpConfigurationPscConfigArray{
					sql.DatabaseInstanceSettingsIpConfigurationPscConfigArgs{
						PscEnabled: pulumi.Bool(true), AllowedConsumerProjects: pulumi.ToStringArray([]string{s.Project}),
					},
				},
			},
			BackupConfiguration: sql.DatabaseInstanceSettingsBackupConfigurationArgs{
				Enabled: pulumi.Bool(true), StartTime: pulumi.String("01:00"), PointInTimeRecoveryEnabled: pulumi.Bool(true),
				TransactionLogRetentionDays: pulumi.Int(replayDays),
				BackupRetentionSettings: sql.DatabaseInstanceSettingsBackupConfigurationBackupRetentionSettingsArgs{
					RetainedBackups: pulumi.Int(cmp.Or(args.KeepDays, defaultKeepDays)), RetentionUnit: pulumi.String("COUNT"),
				},
			},
			MaintenanceWindow: sql.DatabaseInstanceSettingsMaintenanceWindowArgs{
				Day: pulumi.Int(7), Hour: pulumi.Int(3), UpdateTrack: pulumi.String("stable"), // Sunday, in UTC
			},
			DatabaseFlags:  flags(args.Parameters),
			InsightsConfig: sql.DatabaseInstanceSettingsInsightsConfigArgs{QueryInsightsEnabled: pulumi.Bool(true)},
			UserLabels:     s.Labels,
		},
	}, s.child(self, managed.LongChanges, pulumi.Protect(args.Protect), pulumi.DependsOn(append(args.After, grant)),
		pulumi.IgnoreChanges([]string{"settings.diskSize"}))...)
	if err != nil {
		return nil, fmt.Errorf("making the database %s: %w", name, err)
	}
	return db, nil
}

// flags are those that CIS asks for, and what the stack file says.
func flags(parameters map[string]string) sql.DatabaseInstanceSettingsDatabaseFlagArray {
	settings := map[string]string{
		"cloudsql.enable_pgaudit":    "on",
		"log_checkpoints":            "on",
		"log_connections":            "on",
		"log_disconnections":         "on",
		"log_lock_waits":             "on",
		"log_min_duration_statement": "-1",
		"log_min_error_statement":    "error",
		"log_min_messages":           "warning",
		"log_statement":              "ddl",
		"log_temp_files":             "0",
	}
	maps.Copy(settings, parameters)
	var list sql.DatabaseInstanceSettingsDatabaseFlagArray
	for _, flag := range slices.Sorted(maps.Keys(settings)) {
		list = append(list, sql.DatabaseInstanceSettingsDatabaseFlagArgs{Name: pulumi.String(flag), Value: pulumi.String(settings[flag])})
	}
	return list
}

// newDatabase makes the user and the database. Both go with the instance: a user that owns anything cannot be deleted by itself.
func (s *services) newDatabase(ctx *pulumi.Context, name string, db *sql.DatabaseInstance, args *managed.PostgresArgs, self pulumi.Resource) error {
	user, err := sql.NewUser(ctx, name, &sql.UserArgs{
		Project: pulumi.String(s.Project), Instance: db.Name, Name: pulumi.String(args.Database), Password: args.Password,
		DeletionPolicy: pulumi.String("ABANDON"),
	}, s.child(self)...)
	if err != nil {
		return fmt.Errorf("making the user of %s: %w", name, err)
	}
	_, err = sql.NewDatabase(ctx, name, &sql.DatabaseArgs{
		Project: pulumi.String(s.Project), Instance: db.Name, Name: pulumi.String(args.Database), DeletionPolicy: pulumi.String("ABANDON"),
	}, s.child(self, pulumi.Protect(args.Protect), pulumi.DependsOn([]pulumi.Resource{user}))...)
	if err != nil {
		return fmt.Errorf("making the database of %s: %w", name, err)
	}
	return nil
}
