package postgres

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// fixed are the settings that the pod depends on. The stack file cannot override those that `owned` lists.
var fixed = map[string]string{
	"listen_addresses":        "*",
	"port":                    fmt.Sprint(port),
	"hba_file":                configPath + "/pg_hba.conf",
	"unix_socket_directories": socketPath,
	"password_encryption":     "scram-sha-256",
	// A container has no huge pages unless its pod asks for some; where the node has any, the default, try, makes
	// the server die of a bus error. https://github.com/docker-library/postgres/issues/451
	"huge_pages": "off",
	// The container's log is the log.
	"logging_collector": "off",
	"log_destination":   "stderr",
	"log_timezone":      "UTC",
	"timezone":          "UTC",
	"log_lock_waits":    "on",
}

// accessRules keep the superuser inside the container and ask everyone else for a password.
const accessRules = `# type  database  user      address  method
local   all       postgres           peer
host    all       postgres  all      reject
host    all       all       all      scram-sha-256
`

// settings are what the server runs with: what is tuned to its size, and over it what the user says.
func (b *builder) settings() (map[string]string, error) {
	memory, storage := b.spec.Memory.Value(), b.spec.Storage.Value()
	settings := tuned(memory.Value(), storage.Value())
	for name, value := range b.spec.Parameters {
		if remedy, taken := owned[strings.ToLower(name)]; taken {
			return nil, fmt.Errorf("postgres parameter %s cannot be set: %s", name, remedy)
		}
		if !parameterName.MatchString(name) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' }) {
			return nil, fmt.Errorf("postgres parameter %q: a name is letters, digits, _ and . and a value is one line; correct it", name)
		}
		settings[strings.ToLower(name)] = value
	}
	return settings, nil
}

// configuration returns postgresql.conf: the fixed settings, and over them those given, which name none of `owned`.
func configuration(given map[string]string) string {
	settings := maps.Clone(fixed)
	maps.Copy(settings, given)
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&text, "%s = '%s'\n", name, strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(settings[name]))
	}
	return text.String()
}
