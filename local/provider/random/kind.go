package random

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// kind is one resource type: its inputs, the outputs made from them, and how they are made.
type kind struct {
	inputs  []input
	outputs []string
	secrets []string
	// version is the schema version that the official provider writes to __meta; empty for 0.
	version string
	// bare kinds have no id among their properties.
	bare bool
	// renamed are property names that the official provider cannot derive from Terraform's.
	renamed map[string]string
	// refine completes or rejects the planned inputs where they depend on one another.
	refine func(given, plan resource.PropertyMap) error
	// validate finds what the inputs' own limits do not.
	validate func(resource.PropertyMap) []*pulumirpc.CheckFailure
	// generate adds the outputs to the state and returns the resource ID.
	generate func(state resource.PropertyMap) (string, error)
	// adopt reads an ID given to an import; nil where that cannot be done.
	adopt func(importID string) (id string, state resource.PropertyMap, err error)
}

func tokens() iter.Seq[string] { return maps.Keys(kinds) }

func (k kind) check(news resource.PropertyMap) ([]*pulumirpc.CheckFailure, error) {
	var failures []*pulumirpc.CheckFailure
	for _, in := range k.inputs {
		value, err := in.read(news)
		if err != nil {
			return nil, err
		}
		if reason := in.problem(value); reason != "" {
			failures = append(failures, &pulumirpc.CheckFailure{Property: in.name, Reason: reason})
		}
	}
	if len(failures) == 0 && k.validate != nil {
		failures = k.validate(news)
	}
	return failures, nil
}

// plan is the state that the inputs ask for, defaults included and outputs not.
func (k kind) plan(news resource.PropertyMap) (resource.PropertyMap, error) {
	plan := resource.PropertyMap{}
	for _, in := range k.inputs {
		value, err := in.read(news)
		if err != nil {
			return nil, err
		}
		if value.IsNull() {
			value = in.fallback
		}
		if !value.IsNull() {
			plan[in.key()] = value
		}
	}
	if k.refine != nil {
		return plan, k.refine(news, plan)
	}
	return plan, nil
}

func (k kind) diff(olds, plan resource.PropertyMap) (diffs, replaces []string) {
	for _, in := range k.inputs {
		before, after := olds[in.key()], plan[in.key()]
		if before.DeepEquals(after) {
			continue
		}
		diffs = append(diffs, in.name)
		if in.keeps == nil || !in.keeps(before, after) {
			replaces = append(replaces, in.name)
		}
	}
	return diffs, replaces
}

func (k kind) preview(plan resource.PropertyMap) resource.PropertyMap {
	names := k.outputs
	if !k.bare {
		names = append([]string{"id"}, names...)
	}
	for _, name := range names {
		plan[resource.PropertyKey(name)] = resource.MakeComputed(resource.NewStringProperty(""))
	}
	return plan
}

// upgraded fills what states of older releases lack, as the official provider does: without it
// every such resource would be replaced.
func (k kind) upgraded(state resource.PropertyMap) resource.PropertyMap {
	state = state.Copy()
	for _, in := range k.inputs {
		if !state.HasValue(in.key()) {
			delete(state, in.key())
			if !in.fallback.IsNull() {
				state[in.key()] = in.fallback
			}
		}
	}
	if number, ok := state["number"]; ok {
		state["numeric"] = number
	}
	return state
}

// sealed is the state as it is stored: with secrets marked and the official provider's own notes.
func (k kind) sealed(id string, state resource.PropertyMap) resource.PropertyMap {
	if !k.bare {
		state["id"] = resource.NewStringProperty(id)
	}
	if k.version != "" {
		meta, _ := json.Marshal(map[string]string{"schema_version": k.version}) // strings always marshal
		state["__meta"] = resource.NewStringProperty(string(meta))
	}
	state["__pulumi_raw_state_delta"] = k.delta(state)
	for _, name := range k.secrets {
		if value, ok := state[resource.PropertyKey(name)]; ok && !value.IsSecret() {
			state[resource.PropertyKey(name)] = resource.MakeSecret(value)
		}
	}
	return state
}

// delta is the official provider's note on how this state maps back to Terraform's: which
// properties are null there, and which are collections.
func (k kind) delta(state resource.PropertyMap) resource.PropertyValue {
	properties := resource.PropertyMap{}
	note := func(name, as string) {
		properties[resource.PropertyKey(name)] = resource.NewObjectProperty(
			resource.PropertyMap{resource.PropertyKey(as): resource.NewObjectProperty(resource.PropertyMap{})})
	}
	for _, in := range k.inputs {
		value, ok := state[in.key()]
		switch {
		case !ok:
			properties[in.key()] = resource.MakeSecret(resource.NewObjectProperty(resource.PropertyMap{
				"replace": resource.NewObjectProperty(resource.PropertyMap{"raw": resource.NewNullProperty()}),
			}))
		case value.IsObject():
			note(in.name, "map")
		case value.IsArray():
			note(in.name, "arr")
		}
	}
	for _, name := range k.outputs {
		if state[resource.PropertyKey(name)].IsArray() {
			note(name, "arr")
		}
	}
	object := resource.PropertyMap{"ps": resource.NewObjectProperty(properties)}
	if len(k.renamed) > 0 {
		object["renamed"] = resource.NewPropertyValue(k.renamed)
	}
	return resource.NewObjectProperty(resource.PropertyMap{"obj": resource.NewObjectProperty(object)})
}

// importedInputs are the inputs that would make the imported state, zero values left out.
func (k kind) importedInputs(state resource.PropertyMap) resource.PropertyMap {
	inputs := resource.PropertyMap{}
	for _, in := range k.inputs {
		value, ok := state[in.key()]
		zero := value.IsNumber() && value.NumberValue() == 0 || value.IsBool() && !value.BoolValue()
		if ok && !zero {
			inputs[in.key()] = value
		}
	}
	return inputs
}

func failure(property, format string, args ...any) *pulumirpc.CheckFailure {
	return &pulumirpc.CheckFailure{Property: property, Reason: fmt.Sprintf(format, args...)}
}
