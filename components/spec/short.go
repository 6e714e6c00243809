package spec

import (
	"bytes"

	"github.com/invopop/jsonschema"
)

// IsObject tells whether JSON is an object: where a type has a short form too, what is not one is that.
func IsObject(b []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) }

// AddShortForm lets s be what it was or one of the short forms.
func AddShortForm(s *jsonschema.Schema, short ...*jsonschema.Schema) {
	long := *s
	*s = jsonschema.Schema{Description: long.Description, AnyOf: append(short, &long)}
	long.Description = ""
}
