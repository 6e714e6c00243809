package postgres

import "github.com/plinth-iac/plinth/components/spec"

// Spec is the platform's Postgres, as the stack file describes it.
type Spec struct {
	// Mode is single (one server, restarts lose connections but no data), ha or managed.
	Mode spec.Mode `json:"mode,omitempty"`
	// Version is the major version. Default 17.
	Version int `json:"version,omitempty" jsonschema:"enum=15,enum=16,enum=17,enum=18,default=17"`
	// Instances of mode ha. Default 3.
	Instances int `json:"instances,omitempty" jsonschema:"minimum=1,maximum=9"`
	// Storage per instance, in bytes. Default 10Gi. It may grow, never shrink.
	Storage spec.Quantity `json:"storage,omitempty"`
	// Database of at most 63 lower-case letters, digits and underscores, made at first start, and owned by the user of the same name. Default "app".
	Database string `json:"database,omitempty" jsonschema:"pattern=^[a-z][a-z0-9_]{0\\,62}$,default=app"`
	// CPU request, in cores. Default 250m.
	CPU spec.Quantity `json:"cpu,omitempty"`
	// Memory request and limit, in bytes, from which the server is tuned. Default 512Mi.
	Memory spec.Quantity `json:"memory,omitempty"`
	// Parameters override the tuned postgresql.conf settings.
	Parameters map[string]string `json:"parameters,omitempty"`
}
