package postgres

import (
	"maps"
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
	if s.Database == "" {
		s.Database = "app"
	}
	s.Storage, s.CPU, s.Memory = s.Storage.Or("10Gi"), s.CPU.Or("250m"), s.Memory.Or("512Mi")
	return s
}

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
	if s.Instances > 1 && s.Mode == spec.Single {
		problems.Add(path.Key("instances"), s.Instances, "1 in mode single", "remove it")
	}
	if s.Database == "postgres" || s.Database == "template0" || s.Database == "template1" || strings.HasPrefix(s.Database, "pg_") {
		problems.Add(path.Key("database"), s.Database, "a name that Postgres does not use itself", "choose another name")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Parameters)) {
		if remedy, taken := owned[name]; taken {
			problems.Add(path.Key("parameters").Key(name), nil, "settings that Plinth does not make itself", remedy)
		}
	}
}
