package mocks

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// WithOutputs tells what the cloud adds to the outputs of every resource of a type, given its logical name: addresses, principals
// and the like. In a preview the properties named are unknown. The key id is not an output but the resource's id.
func WithOutputs(typ string, outputs func(name string) map[string]any) Option {
	return func(o *options) {
		if o.outputs == nil {
			o.outputs = map[string]func(string) map[string]any{}
		}
		o.outputs[typ] = outputs
	}
}

// WithFunction answers a provider's function, which no program may call otherwise.
func WithFunction(token string, result map[string]any) Option {
	return func(o *options) {
		if o.functions == nil {
			o.functions = map[string]map[string]any{}
		}
		o.functions[token] = result
	}
}

// addOutputs completes the outputs of a resource in place, and returns its id.
func (o options) addOutputs(in *pulumirpc.RegisterResourceRequest, id string, outputs resource.PropertyMap) string {
	add, ok := o.outputs[in.GetType()]
	if !ok {
		return id
	}
	for key, value := range resource.NewPropertyMapFromMap(add(in.GetName())) {
		switch {
		case key == "id" && !o.dryRun:
			id = value.StringValue()
		case key == "id":
		case o.dryRun:
			outputs[key] = resource.MakeComputed(resource.NewProperty(""))
		default:
			outputs[key] = merged(outputs[key], value)
		}
	}
	return id
}

// merged is old with what fresh says beside or instead.
func merged(old, fresh resource.PropertyValue) resource.PropertyValue {
	if !old.IsObject() || !fresh.IsObject() {
		return fresh
	}
	all := old.ObjectValue().Copy()
	for key, value := range fresh.ObjectValue() {
		all[key] = merged(all[key], value)
	}
	return resource.NewProperty(all)
}

func (m *monitor) Invoke(_ context.Context, in *pulumirpc.ResourceInvokeRequest) (*pulumirpc.ResourceInvokeResponse, error) {
	result, ok := m.options.functions[in.GetTok()]
	if !ok {
		return nil, fmt.Errorf("the program calls the function %s, and package mocks answers none but those given to WithFunction", in.GetTok())
	}
	object, err := plugin.MarshalProperties(resource.NewPropertyMapFromMap(result), properties)
	if err != nil {
		return nil, fmt.Errorf("answering %s: %w", in.GetTok(), err)
	}
	return &pulumirpc.ResourceInvokeResponse{Return: object}, nil
}
