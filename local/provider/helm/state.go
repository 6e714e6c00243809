package helm

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// inputsKey is where the state keeps the inputs it was made from.
const inputsKey = "__inputs"

func stripSecretsAndUnknowns(v resource.PropertyValue) (any, bool) {
	switch {
	case v.IsSecret():
		return v.SecretValue().Element.MapRepl(nil, stripSecretsAndUnknowns), true
	case v.IsComputed():
		return nil, true
	}
	return nil, false
}

func plainOf(v resource.PropertyValue) resource.PropertyValue {
	if v.IsSecret() {
		return plainOf(v.SecretValue().Element)
	}
	return v
}

// checkpoint is what the engine stores. In a preview the outputs are unknown.
func checkpoint(inputs resource.PropertyMap, r *release, preview bool) resource.PropertyMap {
	state := resource.NewPropertyMap(r)
	state[inputsKey] = resource.MakeSecret(resource.NewObjectProperty(inputs))
	mark(state, inputs)
	if preview {
		state["resourceNames"] = resource.MakeComputed(resource.NewStringProperty(""))
		state["status"] = resource.MakeComputed(resource.NewStringProperty(""))
	}
	return state
}

func oldInputs(state resource.PropertyMap) resource.PropertyMap {
	if inputs := plainOf(state[inputsKey]); inputs.IsObject() {
		return inputs.ObjectValue()
	}
	return nil
}

// mark makes secret and unknown in out what is so in from. Value files go into values, so a secret
// file makes all the values secret.
func mark(out, from resource.PropertyMap) {
	for key, want := range from {
		if got, ok := out[key]; ok {
			out[key] = marked(got, want)
		}
	}
	if values, ok := out["values"]; ok && from["valueYamlFiles"].ContainsSecrets() && !values.IsSecret() {
		out["values"] = resource.MakeSecret(values)
	}
}

// marked treats a list with a secret as secret altogether: its order may change.
func marked(got, want resource.PropertyValue) resource.PropertyValue {
	switch {
	case want.IsSecret():
		if inner := marked(got, plainOf(want)); !inner.IsSecret() {
			return resource.MakeSecret(inner)
		}
	case want.IsComputed():
		return resource.MakeComputed(resource.NewStringProperty(""))
	case want.IsObject() && got.IsObject():
		mark(got.ObjectValue(), want.ObjectValue())
	case want.IsArray() && got.IsArray():
		for i := range min(len(got.ArrayValue()), len(want.ArrayValue())) {
			got.ArrayValue()[i] = marked(got.ArrayValue()[i], plainOf(want.ArrayValue()[i]))
		}
		if want.ContainsSecrets() {
			return resource.MakeSecret(got)
		}
	case want.ContainsSecrets() && !got.IsSecret():
		return resource.MakeSecret(got)
	}
	return got
}
