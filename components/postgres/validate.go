package postgres

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/plinth-iac/plinth/components/spec"
)

// Complete fills in what the stack file left out, with the defaults that the fields document.
func (s Spec) Complete() Spec {
	if s.Mode == "" {
		s.Mode = spec.Single
	}
	if s.Version == 0 {
		s.Version = 17
	}
	if s.Instances == 0 && s.Mode == spec.HA {
		s.Instances = 3
	}
	if s.Synchronous == nil && s.Mode == spec.HA {
		s.Synchronous = new(s.Instances >= enoughToWait)
	}
	if s.Database == "" {
		s.Database = "app"
	}
	s.Storage, s.CPU, s.Memory = s.Storage.Or("10Gi"), s.CPU.Or("250m"), s.Memory.Or("512Mi")
	s.Pooler = s.Pooler.complete()
	s.Backup.Spec = s.Backup.Spec.Complete()
	s.Databases = maps.Clone(s.Databases)
	for name, database := range s.Databases {
		if database.Owner == "" {
			database.Owner = s.Database
		}
		s.Databases[name] = database
	}
	return s
}

// enoughToWait is how many instances it takes so that commits that wait for one replica go on while another is down.
const enoughToWait = 3

// owned are the settings that Plinth makes itself, and what to do instead of setting them.
var owned = map[string]string{
	"listen_addresses":        "remove it: the server listens on the pod's address",
	"port":                    "remove it: the port is 5432",
	"data_directory":          "remove it: the data is on the volume",
	"hba_file":                "remove it: who may log in is set by uses",
	"ident_file":              "remove it: who may log in is set by uses",
	"config_file":             "remove it: set single parameters instead",
	"password_encryption":     "remove it: passwords are kept as SCRAM-SHA-256",
	"unix_socket_directories": "remove it: the socket is where the probes and the exporter look for it",
}

// Validate reports every mistake that can be seen in the spec alone. s is complete, and path is where it stands.
func (s Spec) Validate(path spec.Path, problems *spec.Problems) {
	problems.CheckAmount(path.Key("storage"), s.Storage, "1Gi")
	problems.CheckAmount(path.Key("cpu"), s.CPU, "10m")
	problems.CheckAmount(path.Key("memory"), s.Memory, "256Mi")
	checkDatabase(path.Key("database"), s.Database, problems)
	s.validateParameters(path.Key("parameters"), problems)
	s.Backup.Validate(path.Key("backup"), problems)
	s.validateRecover(path.Key("recover"), problems)
	if s.Mode == spec.HA {
		s.validateHA(path, problems)
	} else {
		s.refuseHA(path, problems)
	}
}

var parameterName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.$]*$`)

func (s Spec) validateParameters(path spec.Path, problems *spec.Problems) {
	given := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(s.Parameters)) {
		at, folded := path.Key(name), strings.ToLower(name)
		if remedy, taken := owned[folded]; taken {
			problems.Add(at, nil, "settings that Plinth does not make itself", remedy)
		}
		if !parameterName.MatchString(name) {
			problems.Add(at, name, "a setting of postgresql.conf, of letters, digits, underscores and dots", "look it up in Postgres' manual")
		}
		if strings.ContainsFunc(s.Parameters[name], func(r rune) bool { return r < ' ' }) {
			problems.Add(at, s.Parameters[name], "a value of one line", "write it in one line")
		}
		if other, twice := given[folded]; twice {
			problems.Add(at, name, "each setting once, whatever its case", "remove it, or "+other)
		}
		given[folded] = name
	}
}

func checkDatabase(path spec.Path, name string, problems *spec.Problems) {
	if name == "postgres" || name == "template0" || name == "template1" || strings.HasPrefix(name, "pg_") {
		problems.Add(path, name, "a name that Postgres does not use itself", "choose another name")
	}
}

// validateHA reports what is wrong with the parts that only mode ha has.
func (s Spec) validateHA(path spec.Path, problems *spec.Problems) {
	if *s.Synchronous && s.Instances < enoughToWait {
		problems.Add(path.Key("synchronous"), true, fmt.Sprintf("true with %d instances or more: with fewer, the loss of one stops all writes", enoughToWait),
			"raise instances, or remove it")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Databases)) {
		at, database := path.Key("databases").Key(name), s.Databases[name]
		checkName(at, name, problems)
		checkDatabase(at, name, problems)
		if name == s.Database {
			problems.Add(at, name, "databases beside the main one, which is "+s.Database, "remove it")
		}
		if _, known := s.Roles[database.Owner]; !known && database.Owner != s.Database {
			problems.CheckReference(at.Key("owner"), database.Owner, "role", append(slices.Sorted(maps.Keys(s.Roles)), s.Database))
		}
		problems.CheckUnique(at.Key("extensions"), database.Extensions)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Roles)) {
		at := path.Key("roles").Key(name)
		checkName(at, name, problems)
		if name == s.Database || name == "postgres" || name == "streaming_replica" || strings.HasPrefix(name, "pg_") || strings.HasPrefix(name, "cnpg_") {
			problems.Add(at, name, "a name that neither Postgres nor its operator uses itself, nor the owner of the main database", "choose another name")
		}
		problems.CheckUnique(at.Key("in"), s.Roles[name].In)
	}
}

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,40}$`)

// checkName reports a name that needs quotes in SQL, or is too long for the object that is named after it.
func checkName(path spec.Path, name string, problems *spec.Problems) {
	if !identifier.MatchString(name) {
		problems.Add(path, name, "at most 41 lower-case letters, digits and underscores, beginning with a letter", "rename it")
	}
}

// refuseHA reports the parts that only mode ha has.
func (s Spec) refuseHA(path spec.Path, problems *spec.Problems) {
	if s.Instances > 1 {
		problems.Add(path.Key("instances"), s.Instances, "1 in mode "+string(s.Mode), "remove it, or use mode: ha")
	}
	for _, part := range []struct {
		key   string
		there bool
	}{
		{"synchronous", s.Synchronous != nil}, {"pooler", s.Pooler != nil}, {"databases", len(s.Databases) > 0}, {"roles", len(s.Roles) > 0},
	} {
		if part.there {
			problems.Add(path.Key(part.key), nil, part.key+" in mode ha", "remove it, or use mode: ha")
		}
	}
}
