package schemas

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"sync"
)

// Table is what providers take, as far as their Go SDKs tell. It is what generate writes.
type Table struct {
	// SDKs are the modules that it was read from, with their versions.
	SDKs map[string]string `json:"sdks,omitempty"`
	// Resources are the types of the inputs of each resource, by token.
	Resources map[string]string `json:"resources"`
	// Types are objects by name: the inputs of a resource, or what stands below one.
	Types map[string]Type `json:"types"`
}

// Type is the properties of an object by name.
type Type map[string]Property

// Property is one property of an object.
type Property struct {
	// Type is string, boolean, integer, number, any, or the name of an object's type after #; with [] before it a list, with {} a map.
	Type string `json:"t"`
	// Required properties must be there. The SDKs do not tell it of lists and maps below the first level.
	Required bool `json:"r,omitempty"`
	// Enum is what a string may be; empty: anything.
	Enum []string `json:"e,omitempty"`
	// Excludes are the properties beside it that must be absent.
	Excludes []string `json:"x,omitempty"`
}

var (
	//go:embed generated.json
	generated []byte
	//go:embed byhand.json
	byHand []byte
)

// known is what is generated and, beside it, what is written by hand of SDKs that cannot be had.
var known = sync.OnceValue(func() Table {
	all := parse("generated.json", generated)
	hand := parse("byhand.json", byHand)
	maps.Copy(all.Resources, hand.Resources)
	maps.Copy(all.Types, hand.Types)
	return all
})

// parse panics where the table, which is compiled in, is malformed.
func parse(name string, text []byte) Table {
	var table Table
	if err := json.Unmarshal(text, &table); err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	return table
}
