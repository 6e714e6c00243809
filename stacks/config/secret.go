package config

import (
	"encoding/json"
	"errors"

	"github.com/invopop/jsonschema"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// SecretValue is one secret: a value encrypted by `pulumi config set --secret`, or one to generate.
// It prints and marshals without its value.
type SecretValue struct {
	// Generate makes a random value of this many characters at the first up, and keeps it. From 16 to 512; 0 where a value is given.
	Generate int

	value string
	// encrypted is set where the file was read without the key to it.
	encrypted bool
	// given is set where the file has a value, even an empty one.
	given bool
}

// errEncrypted is what a secret's output yields where only the file was read.
var errEncrypted = errors.New("the secret is still encrypted: only a program that Pulumi runs can read it")

// Output is the given value, as a secret. It fails for a value to generate, and for one that is still encrypted because the
// file was read by ReadFile and not by Load.
func (v SecretValue) Output() pulumi.StringOutput {
	if v.encrypted || !v.given {
		return pulumi.String("").ToStringOutput().ApplyT(func(string) (string, error) { return "", errEncrypted }).(pulumi.StringOutput)
	}
	return pulumi.ToSecret(pulumi.String(v.value)).(pulumi.StringOutput)
}

// UnmarshalJSON accepts the three forms: plain text (decrypted by Pulumi), {"secure": ciphertext} and {"generate": length}. It
// fails at all else, and never shows what was there.
func (v *SecretValue) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &v.value) == nil {
		v.given = true
		return nil
	}
	var long struct {
		Generate int     `json:"generate"`
		Secure   *string `json:"secure"`
	}
	if err := json.Unmarshal(b, &long); err != nil {
		return errors.New("a secret is an encrypted value, or {generate: <length>}")
	}
	v.Generate, v.encrypted, v.given = long.Generate, long.Secure != nil, long.Secure != nil
	return nil
}

// MarshalJSON never shows the value.
func (v SecretValue) MarshalJSON() ([]byte, error) {
	if v.given {
		return []byte(`{"secure":"[secret]"}`), nil
	}
	return json.Marshal(map[string]int{"generate": v.Generate})
}

// String never shows the value.
func (v SecretValue) String() string { return "[secret]" }

// GoString never shows the value.
func (v SecretValue) GoString() string { return v.String() }

// JSONSchema describes the three forms.
func (SecretValue) JSONSchema() *jsonschema.Schema {
	properties := jsonschema.NewProperties()
	properties.Set("generate", &jsonschema.Schema{
		Type: "integer", Minimum: "16", Maximum: "512",
		Description: "Make a random value of this many characters at the first up, and keep it.",
	})
	properties.Set("secure", &jsonschema.Schema{
		Type: "string", Description: "The encrypted value, written by `pulumi config set --secret --path`.",
	})
	return &jsonschema.Schema{
		Description: "A value encrypted by `pulumi config set --secret --path`, or {generate: <length>} for a random one.",
		AnyOf: []*jsonschema.Schema{
			{Type: "string"},
			{Type: "object", Properties: properties, AdditionalProperties: jsonschema.FalseSchema},
		},
	}
}
