package postgres

import "github.com/plinth-iac/plinth/components/spec"

// Spec is the platform's Postgres, as the stack file describes it.
type Spec struct {
	// Mode is single (one server, restarts lose connections but no data), ha (replicas that take over) or managed.
	Mode spec.Mode `json:"mode,omitempty"`
	// Version is the major version. Default 17. A higher one upgrades mode ha in place, while it is down; there is no way back.
	Version int `json:"version,omitempty" jsonschema:"enum=15,enum=16,enum=17,enum=18,default=17"`
	// Instances of mode ha, in prod at most one in each zone. Default 3.
	Instances int `json:"instances,omitempty" jsonschema:"minimum=1,maximum=9"`
	// Synchronous commits wait for a replica, so that none is lost with the primary. Only mode ha. Default: with 3 instances or more.
	Synchronous *bool `json:"synchronous,omitempty"`
	// Pooler shares few connections of the server among many clients. Only mode ha. Default: none.
	Pooler *Pooler `json:"pooler,omitempty"`
	// Storage per instance, in bytes. Default 10Gi. It may grow, never shrink.
	Storage spec.Quantity `json:"storage,omitempty"`
	// Database of at most 63 lower-case letters, digits and underscores, made at first start, and owned by the user of the same name. Default "app".
	Database string `json:"database,omitempty" jsonschema:"pattern=^[a-z][a-z0-9_]{0\\,62}$,default=app"`
	// Databases beside Database, by name. Only mode ha. One that is removed here is left alone.
	Databases map[string]Database `json:"databases,omitempty"`
	// Roles beside the owner of Database, by name. Only mode ha. One that is removed here is left alone.
	Roles map[string]Role `json:"roles,omitempty"`
	// CPU request, in cores. Default 250m.
	CPU spec.Quantity `json:"cpu,omitempty"`
	// Memory request and limit, in bytes, from which the server is tuned. Default 512Mi.
	Memory spec.Quantity `json:"memory,omitempty"`
	// Parameters override the tuned postgresql.conf settings.
	Parameters map[string]string `json:"parameters,omitempty"`
	// Rotate is how often the password was replaced. Raise it by one to have another. Only mode managed.
	Rotate int `json:"rotate,omitempty" jsonschema:"minimum=1"`
	// Backup to the cloud's object storage: in mode ha every change, within minutes, and in mode single a daily dump.
	Backup Backup `json:"backup,omitzero"`
	// Recover brings the data up from a backup, beside what was there. It stays in the file for as long as that data is in use.
	Recover *Recover `json:"recover,omitempty"`
	// Migrate allows a change of mode, which begins without the data: the README says how to move it. Remove it afterwards.
	Migrate bool `json:"migrate,omitempty"`
}

// Database is one more database of the server.
type Database struct {
	// Owner is a role. Default: the user that owns the main database.
	Owner string `json:"owner,omitempty"`
	// Extensions that it has.
	Extensions []string `json:"extensions,omitempty"`
}

// Role is one more role of the server.
type Role struct {
	// Login lets it log in: its generated password is in the Secret <cluster>-<role> beside the server.
	Login bool `json:"login,omitempty"`
	// In are the roles that it is a member of, such as pg_read_all_data.
	In []string `json:"in,omitempty"`
}
