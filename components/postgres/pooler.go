package postgres

import (
	"bytes"
	"encoding/json"

	"github.com/invopop/jsonschema"
)

// Pooler is PgBouncer before the primary; true for one with the defaults.
type Pooler struct {
	// Instances of it. Default 2.
	Instances int `json:"instances,omitempty" jsonschema:"minimum=1,maximum=9,default=2"`
	// Mode session lends a connection until the client disconnects, transaction until the transaction ends: more clients, but no
	// session state such as prepared statements of SQL, advisory locks or temporary tables. Default session.
	Mode string `json:"mode,omitempty" jsonschema:"enum=session,enum=transaction,default=session"`
	// Clients that may be connected to each instance at once. Default 1000.
	Clients int `json:"clients,omitempty" jsonschema:"minimum=1,maximum=10000,default=1000"`

	off bool
}

// UnmarshalJSON accepts a pooler, or true for the default one and false for none. It fails at all else.
func (p *Pooler) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
		type long Pooler
		return json.Unmarshal(b, (*long)(p))
	}
	var on bool
	err := json.Unmarshal(b, &on)
	p.off = !on
	return err
}

// JSONSchemaExtend adds the short form.
func (Pooler) JSONSchemaExtend(s *jsonschema.Schema) {
	long := *s
	*s = jsonschema.Schema{Description: long.Description, AnyOf: []*jsonschema.Schema{
		{Type: "boolean", Description: "Whether there is one, with the defaults."}, &long,
	}}
	long.Description = ""
}

// complete returns nil where there is to be none.
func (p *Pooler) complete() *Pooler {
	if p == nil || p.off {
		return nil
	}
	full := *p
	if full.Instances == 0 {
		full.Instances = 2
	}
	if full.Mode == "" {
		full.Mode = "session"
	}
	if full.Clients == 0 {
		full.Clients = 1000
	}
	return &full
}
