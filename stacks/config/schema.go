package config

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:generate go run -C ../.. ./stacks/config/generate

// Schema is the JSON Schema of a whole stack file, for editors. The program checks with the same one.
//
//go:embed schema.json
var Schema []byte

// configDefinition is where in Schema the plinth keys are described.
const configDefinition = "#/$defs/config.Config"

// shape is Schema, both ready to check with and as a document to look descriptions up in.
type shape struct {
	compiled *jsonschema.Schema
	document map[string]any
}

// loadShape compiles the schema once. The schema is part of the program, so a failure is a mistake in the program.
var loadShape = sync.OnceValue(func() shape {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		panic(fmt.Errorf("reading the embedded schema: %w", err))
	}
	const url = "plinth.json"
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(url, document); err != nil {
		panic(fmt.Errorf("reading the embedded schema: %w", err))
	}
	return shape{compiled: compiler.MustCompile(url + configDefinition), document: document.(map[string]any)}
})

// keys lists the keys that a stack file may have, without their "plinth:" prefix, sorted.
func (s shape) keys() []string {
	return propertyNames(s.at(configDefinition))
}

func propertyNames(node map[string]any) []string {
	properties, _ := node["properties"].(map[string]any)
	return slices.Sorted(maps.Keys(properties))
}

// known tells whether a stack file may have a key.
func (s shape) known(key string) bool { return slices.Contains(s.keys(), key) }
