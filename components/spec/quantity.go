package spec

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/invopop/jsonschema"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Quantity is an amount in Kubernetes notation, as a string or a plain number: CPU in cores ("2",
// "500m" is half a core), memory and storage in bytes with binary suffixes ("512Mi", "100Gi").
// The empty string means "not said".
type Quantity string

// quantityPattern is what Kubernetes accepts, less the exponent forms and signs that nobody means
// to write in a stack file.
const quantityPattern = `^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$`

// UnmarshalJSON accepts a JSON string or number, and fails at all else. Parse tells whether it is a quantity.
func (q *Quantity) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err == nil {
		*q = Quantity(strings.TrimSpace(s))
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return fmt.Errorf("a quantity is a number or a text such as 500m or 2Gi, not %s", b)
	}
	*q = Quantity(n.String())
	return nil
}

// JSONSchema describes the two forms a quantity can take.
func (Quantity) JSONSchema() *jsonschema.Schema {
	const description = "A whole or decimal number with an optional unit: cores such as 2 or 500m, bytes such as 512Mi or 100Gi."
	return &jsonschema.Schema{
		Description: description,
		AnyOf: []*jsonschema.Schema{
			{Type: "string", Pattern: quantityPattern, Description: description},
			{Type: "number", Minimum: "0"},
		},
		Examples: []any{"500m", "2", "512Mi", "100Gi"},
	}
}

// Parse returns the amount. The zero Quantity parses as zero.
func (q Quantity) Parse() (resource.Quantity, error) {
	if q == "" {
		return resource.Quantity{}, nil
	}
	return resource.ParseQuantity(string(q))
}

// Value returns the amount, or zero where it is absent or malformed: for use after validation.
func (q Quantity) Value() resource.Quantity {
	v, err := q.Parse()
	if err != nil {
		return resource.Quantity{}
	}
	return v
}

// Or returns q, or fallback where q was not said.
func (q Quantity) Or(fallback Quantity) Quantity {
	if q == "" {
		return fallback
	}
	return q
}
