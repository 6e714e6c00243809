package managed

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/plinth-iac/plinth/components/spec"
)

// postgresVersions are the major versions that a cloud offers of those that Plinth knows, from the clouds' own pages: "Release
// calendars for Amazon RDS for PostgreSQL", "Database versions and version policies" (Cloud SQL). On azure they are those of the
// newest API of the azure-native provider in use (2024-11-01-preview); 18 came with a later one.
var postgresVersions = map[string][]int{"aws": {15, 16, 17, 18}, "gcp": {15, 16, 17, 18}, "azure": {15, 16, 17}}

// storage is what a cloud sells for a Postgres, in GiB: any size between the first and the last, or where there are more than two,
// those sizes only. Sources: "Amazon RDS DB instance storage" (gp3), "Quotas and limits" (Cloud SQL), "Storage options" (Azure
// Database for PostgreSQL, Premium SSD).
var storage = map[string][]int{
	"aws": {20, 65536}, "gcp": {10, 65536}, "azure": {32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32767},
}

// mostKeepDays is how long a cloud keeps automated backups, from "Backup retention period" (RDS), "Automated backup retention" (Cloud
// SQL) and "Backup retention" (Azure Database for PostgreSQL).
var mostKeepDays = map[string]int{"aws": 35, "gcp": 365, "azure": 35}

// reserved are names that no user of ours may have, by cloud, beside those that Postgres has for itself. Sources: "Constraints for
// master usernames" (RDS takes no word that is the engine's, admin among them), "About PostgreSQL users and roles" (Cloud SQL), "Create
// users" (Azure Database for PostgreSQL).
var reserved = map[string][]string{
	"aws":   {"admin", "rdsadmin", "rds_superuser", "rds_replication", "rdsrepladmin", "user"},
	"gcp":   {"cloudsqladmin", "cloudsqlagent", "cloudsqlsuperuser", "cloudsqlreplica", "root"},
	"azure": {"admin", "administrator", "azure_maintenance", "azure_pg_admin", "azure_superuser", "azure_sys", "azuresu", "guest", "public", "replication", "root"},
}

// Place is what a Postgres means on one cloud.
type Place struct {
	// Class that has the size asked for.
	Class string
	// GiB of storage at first, and the most that it grows to by itself. The second is not for azure, which has no limit but its
	// biggest disk.
	GiB, MostGiB int
}

// PlacePostgres finds what args mean on aws, gcp or azure, or adds to problems every reason why the cloud cannot give it. spread
// asks for a standby in another zone, and path is where the spec stands. The result is whole only where nothing was added.
func PlacePostgres(path spec.Path, cloud string, args *PostgresArgs, spread bool, problems *spec.Problems) Place {
	checkVersion(path.Key("version"), cloud, args.Version, problems)
	if slices.Contains(reserved[cloud], args.Database) {
		problems.Add(path.Key("database"), args.Database, "a name that "+cloud+" does not use itself, unlike "+strings.Join(reserved[cloud], ", "), "choose another name")
	}
	if most := mostKeepDays[cloud]; args.KeepDays > most {
		problems.Add(path.Key("backup").Key("keepDays"), args.KeepDays, fmt.Sprintf("at most %d on %s", most, cloud), fmt.Sprintf("lower it to %d, or use mode: ha", most))
	}
	place := Place{Class: Pick(path, cloud, "postgres", args.Size, spread, problems)}

	sizes, asked := storage[cloud], wholeGiB(args.Storage)
	most := sizes[len(sizes)-1]
	if asked > most {
		problems.Add(path.Key("storage"), args.Storage, fmt.Sprintf("at most %dGi on %s", most, cloud), "lower it")
		return place
	}
	place.GiB = max(asked, sizes[0])
	if len(sizes) > 2 {
		next, _ := slices.BinarySearch(sizes, asked)
		place.GiB = sizes[next]
	}
	place.MostGiB = min(2*place.GiB, most)
	return place
}

func checkVersion(path spec.Path, cloud string, version int, problems *spec.Problems) {
	offered := postgresVersions[cloud]
	if slices.Contains(offered, version) {
		return
	}
	nearest := slices.MinFunc(offered, func(a, b int) int { return distance(a, version) - distance(b, version) })
	problems.Add(path, version, fmt.Sprintf("%s on %s", strings.Trim(strings.ReplaceAll(fmt.Sprint(offered), " ", ", "), "[]"), cloud),
		fmt.Sprintf("use %d, the nearest, or mode: ha", nearest))
}

func distance(a, b int) int { return max(a-b, b-a) }

// ErrNoRange is what services in an existing network fail with, of which nothing says where there is room for them.
var ErrNoRange = errors.New("plinth:cluster.network.existing.data: found nothing, allowed is a free range of the network for managed data services, /26 or bigger; name one")

// CheckOffer reports a service that a cloud does not run itself. service is postgres, redis or rabbitmq; path is where its mode
// stands. It tells whether the cloud does.
func CheckOffer(path spec.Path, cloud, service string, problems *spec.Problems) bool {
	switch {
	case !slices.Contains(slices.Collect(maps.Keys(postgresVersions)), cloud):
		problems.Add(path, spec.Managed, "single or ha: a managed service is a cloud's, and this cluster is not one that Plinth made there", "use mode: ha")
	case service == "rabbitmq" && cloud != "aws":
		problems.Add(path, spec.Managed, "single or ha on "+cloud+", which has no RabbitMQ of its own; aws has Amazon MQ", "use mode: ha")
	default:
		return true
	}
	return false
}

// NotOffered is the error where the service called name is asked of a cloud that does not run it itself; nil where the cloud does.
// service is postgres, redis or rabbitmq.
func NotOffered(name, cloud, service string) error {
	var problems spec.Problems
	CheckOffer(spec.Path(name).Key("mode"), cloud, service, &problems)
	return problems.Err()
}
