package azure

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/spec"
)

const (
	postgresPort = 5432
	// Backups are kept 30 days unless said otherwise, and 7 in any case.
	defaultKeepDays, leastKeepDays = 30, 7
)

// postgres is a flexible server with what it needs.
type postgres struct{ pulumi.ResourceState }

// NewPostgres implements managed.Services with Azure Database for PostgreSQL.
func (s *services) NewPostgres(ctx *pulumi.Context, name string, args *managed.PostgresArgs, opts ...pulumi.ResourceOption) (*managed.Server, error) {
	var problems spec.Problems
	place := managed.PlacePostgres(spec.Path(name), "azure", args, s.Spread, &problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	subnet, err := s.place(ctx)
	if err != nil {
		return nil, err
	}
	self := &postgres{}
	if err := ctx.RegisterComponentResource("plinth:azure:Postgres", name, self, opts...); err != nil {
		return nil, fmt.Errorf("registering postgres %s: %w", name, err)
	}
	server, err := s.newServer(ctx, name, place, args, self)
	if err != nil {
		return nil, err
	}
	if args.Protect {
		if err := s.Lock(name, server.ID(), self); err != nil {
			return nil, err
		}
	}
	if err := s.configure(ctx, name, server, args, self); err != nil {
		return nil, err
	}
	endpoint, err := s.connect(ctx, name, "postgresqlServer", "privatelink.postgres.database.azure.com", server.ID(), subnet, self)
	if err != nil {
		return nil, err
	}
	result := &managed.Server{
		Host: server.FullyQualifiedDomainName, Port: postgresPort, Password: args.Password, Range: s.Range.String(), Resource: endpoint,
	}
	return result, ctx.RegisterResourceOutputs(self, pulumi.Map{"host": result.Host})
}

// tiers by the letter of the class's family.
var tiers = map[string]string{"B": "Burstable", "D": "GeneralPurpose", "E": "MemoryOptimized"}

func (s *services) newServer(ctx *pulumi.Context, name string, place managed.Place, args *managed.PostgresArgs, self pulumi.Resource) (*flexibleServer, error) {
	encryption, err := s.newEncryption(ctx, name, self)
	if err != nil {
		return nil, err
	}
	availability := "Disabled"
	if s.Spread {
		availability = "ZoneRedundant"
	}
	family := strings.TrimPrefix(place.Class, "Standard_")[:1]
	server := &flexibleServer{}
	err = register(ctx, serverType, name, pulumi.Map{
		"resourceGroupName": s.Group, "location": pulumi.String(s.Region), "tags": s.Tags, "serverName": s.Unique(name),
		"version":            pulumi.String(strconv.Itoa(args.Version)),
		"sku":                pulumi.Map{"name": pulumi.String(place.Class), "tier": pulumi.String(tiers[family])},
		"storage":            pulumi.Map{"storageSizeGB": pulumi.Int(place.GiB), "autoGrow": pulumi.String("Enabled")},
		"highAvailability":   pulumi.Map{"mode": pulumi.String(availability)},
		"administratorLogin": pulumi.String(args.Database), "administratorLoginPassword": args.Password,
		"authConfig": pulumi.Map{"activeDirectoryAuth": pulumi.String("Disabled"), "passwordAuth": pulumi.String("Enabled")},
		"network":    pulumi.Map{"publicNetworkAccess": pulumi.String("Disabled")},
		"identity": pulumi.Map{
			"type":                   pulumi.String("UserAssigned"),
			"userAssignedIdentities": encryption.identity.ApplyT(func(id string) map[string]any { return map[string]any{id: map[string]any{}} }),
		},
		"dataEncryption": pulumi.Map{
			"type": pulumi.String("AzureKeyVault"), "primaryKeyURI": encryption.key, "primaryUserAssignedIdentityId": encryption.identity,
		},
		"backup": pulumi.Map{
			"backupRetentionDays": pulumi.Int(max(cmp.Or(args.KeepDays, defaultKeepDays), leastKeepDays)),
			"geoRedundantBackup":  pulumi.String("Disabled"),
		},
		"maintenanceWindow": pulumi.Map{
			"customWindow": pulumi.String("Enabled"), "dayOfWeek": pulumi.Int(0), "startHour": pulumi.Int(3), "startMinute": pulumi.Int(0), // Sunday
		},
	}, server, s.child(self, managed.LongChanges, pulumi.Protect(args.Protect), pulumi.DependsOn(append(args.After, encryption.access))))
	return server, err
}

// configure makes the database and sets the parameters, one after another: the server takes one change at a time.
func (s *services) configure(ctx *pulumi.Context, name string, server *flexibleServer, args *managed.PostgresArgs, self pulumi.Resource) error {
	settings := map[string]string{
		"connection_throttle.enable": "on",
		"log_checkpoints":            "on",
		"log_connections":            "on",
		"log_disconnections":         "on",
		"require_secure_transport":   "on",
		"ssl_min_protocol_version":   "TLSv1.2",
	}
	maps.Copy(settings, args.Parameters)
	last := &pulumi.CustomResourceState{}
	err := register(ctx, databaseType, name, pulumi.Map{
		"resourceGroupName": s.Group, "serverName": server.Name, "databaseName": pulumi.String(args.Database),
		"charset": pulumi.String("UTF8"), "collation": pulumi.String("en_US.utf8"),
	}, last, s.child(self, pulumi.Protect(args.Protect)))
	if err != nil {
		return err
	}
	for _, parameter := range slices.Sorted(maps.Keys(settings)) {
		next := &pulumi.CustomResourceState{}
		err := register(ctx, configurationType, name+"-"+parameter, pulumi.Map{
			"resourceGroupName": s.Group, "serverName": server.Name, "configurationName": pulumi.String(parameter),
			"value": pulumi.String(settings[parameter]), "source": pulumi.String("user-override"),
		}, next, s.child(self, pulumi.DependsOn([]pulumi.Resource{last})))
		if err != nil {
			return err
		}
		last = next
	}
	return nil
}
