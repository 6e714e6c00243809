package workload

import (
	"encoding/json"

	"github.com/invopop/jsonschema"

	"github.com/plinth-iac/plinth/components/spec"
)

// UnmarshalJSON accepts a request and a limit, or one quantity that is the request. It fails at all else.
func (a *Amount) UnmarshalJSON(b []byte) error {
	if !spec.IsObject(b) {
		return json.Unmarshal(b, &a.Request)
	}
	type long Amount
	return json.Unmarshal(b, (*long)(a))
}

// JSONSchemaExtend adds the short form.
func (Amount) JSONSchemaExtend(s *jsonschema.Schema) {
	spec.AddShortForm(s, spec.Quantity("").JSONSchema().AnyOf...)
}

// JSONSchemaExtend says what numbers ports have.
func (Spec) JSONSchemaExtend(s *jsonschema.Schema) {
	ports, _ := s.Properties.Get("ports")
	ports.AdditionalProperties.Minimum, ports.AdditionalProperties.Maximum = "1", "65535"
}

// UnmarshalJSON accepts a probe, or the path of an HTTP probe. It fails at all else.
func (p *Probe) UnmarshalJSON(b []byte) error {
	if !spec.IsObject(b) {
		return json.Unmarshal(b, &p.HTTP)
	}
	type long Probe
	return json.Unmarshal(b, (*long)(p))
}

// JSONSchemaExtend adds the short form.
func (Probe) JSONSchemaExtend(s *jsonschema.Schema) {
	spec.AddShortForm(s, &jsonschema.Schema{Type: "string", Pattern: "^/", Description: "The path of an HTTP probe, from /."})
}
