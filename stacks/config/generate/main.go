// Command generate writes stacks/config/schema.json from the Go types: `go generate ./stacks/config`.
package main

import (
	"encoding/json"
	"log"
	"math"
	"os"
	"path"
	"reflect"
	"strconv"

	"github.com/invopop/jsonschema"

	"github.com/plinth-iac/plinth/stacks/config"
)

const (
	module = "github.com/plinth-iac/plinth"
	// output is relative to the root of the repository, from which the command runs: doc comments are found by path.
	output = "stacks/config/schema.json"
)

func main() {
	schema, err := generate()
	if err != nil {
		log.Fatalf("generating %s: %v", output, err)
	}
	if err := os.WriteFile(output, schema, 0o644); err != nil {
		log.Fatal(err)
	}
}

// generate returns the JSON Schema of a whole stack file. Its definition config.Config is what the program checks the
// plinth keys with, so that an editor and the program never disagree.
func generate() ([]byte, error) {
	reflector := jsonschema.Reflector{Anonymous: true, Namer: func(t reflect.Type) string {
		if t.PkgPath() == "" {
			return t.Name()
		}
		return path.Base(t.PkgPath()) + "." + t.Name()
	}}
	for _, dir := range []string{"./components", "./stacks/config"} {
		if err := reflector.AddGoComments(module, dir, jsonschema.WithFullComment()); err != nil {
			return nil, err
		}
	}
	root := reflector.Reflect(config.Config{})
	for _, definition := range root.Definitions {
		bound(definition)
	}
	file := &jsonschema.Schema{
		Version: root.Version, Definitions: root.Definitions, Title: "Plinth stack file",
		Type: "object", Properties: jsonschema.NewProperties(),
	}
	file.Properties.Set("config", stackConfig(root.Definitions["config.Config"]))
	b, err := json.MarshalIndent(file, "", "  ")
	return append(b, '\n'), err
}

// bound gives every whole number that has no greatest value the one of Kubernetes, whose numbers have 32 bits. What is beyond it
// could not be decoded, and would be reported without its place.
func bound(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if s.Type == "integer" && s.Maximum == "" && len(s.Enum) == 0 {
		s.Maximum = json.Number(strconv.Itoa(math.MaxInt32))
	}
	bound(s.Items)
	bound(s.AdditionalProperties)
	for _, form := range s.AnyOf {
		bound(form)
	}
	for property := s.Properties.Oldest(); property != nil; property = property.Next() {
		bound(property.Value)
	}
}

// stackConfig is the config section of a stack file: Plinth's keys as defined, and anything under another namespace.
func stackConfig(keys *jsonschema.Schema) *jsonschema.Schema {
	section := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties()}
	var names []any
	for pair := keys.Properties.Oldest(); pair != nil; pair = pair.Next() {
		name := "plinth:" + pair.Key
		names = append(names, name)
		section.Properties.Set(name, &jsonschema.Schema{Ref: "#/$defs/config.Config/properties/" + pair.Key})
	}
	for _, name := range keys.Required {
		section.Required = append(section.Required, "plinth:"+name)
	}
	section.PropertyNames = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{
		{Enum: names},
		{Not: &jsonschema.Schema{Pattern: "^plinth:"}},
	}}
	return section
}
