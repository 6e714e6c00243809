package spec

import "github.com/invopop/jsonschema"

// Mode is how a data service is run. The connection that workloads see is the same in all three.
type Mode string

const (
	// Single is one server in the cluster on one volume: for development.
	Single Mode = "single"
	// HA is a replicated server in the cluster, run by its operator.
	HA Mode = "ha"
	// Managed is the cloud's own service.
	Managed Mode = "managed"
)

// JSONSchema lists the modes.
func (Mode) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Enum: []any{Single, HA, Managed}, Default: Single}
}
