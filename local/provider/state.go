package provider

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// The state of a resource is its live object, and beside its fields these three, as the official
// provider writes them.
const (
	inputsKey       = "__inputs"
	apiVersionKey   = "__initialApiVersion"
	fieldManagerKey = "__fieldManager"
)

// state is a resource as it was after the last operation.
type state struct {
	properties resource.PropertyMap
	inputs     *unstructured.Unstructured
	live       *unstructured.Unstructured
}

func parseState(properties resource.PropertyMap) state {
	live := toMap(properties)
	inputs, _ := live[inputsKey].(map[string]any)
	if inputs == nil {
		inputs = map[string]any{}
	}
	delete(live, inputsKey)
	return state{
		properties: properties,
		inputs:     &unstructured.Unstructured{Object: inputs},
		live:       &unstructured.Unstructured{Object: live},
	}
}

// initialAPIVersion is the version the resource was created as, which an alias of types may change later.
func (s state) initialAPIVersion() string {
	if v, ok := s.properties[apiVersionKey]; ok && v.IsString() {
		return v.StringValue()
	}
	return s.inputs.GetAPIVersion()
}

// fieldManager names the owner of the object's fields: what the program says, else what the state
// remembers, else a new random name, so that two stacks never pass for one owner.
func fieldManager(properties resource.PropertyMap, inputs *unstructured.Unstructured) (string, error) {
	if name := inputs.GetAnnotations()[annotationFieldManager]; name != "" {
		return name, nil
	}
	if v, ok := properties[fieldManagerKey]; ok && v.IsString() {
		return v.StringValue(), nil
	}
	return resource.NewUniqueName(nil, "pulumi-kubernetes-", 0, 0, nil)
}

// newState is what the engine stores: the live object, with secret what the program passed as secret.
func newState(
	inputs, live *unstructured.Unstructured, program resource.PropertyMap, apiVersion, manager string,
) resource.PropertyMap {
	object, in := toProperties(live.Object), toProperties(inputs.Object)
	markSecrets(object, program)
	markSecrets(in, program)
	object[inputsKey] = resource.NewObjectProperty(in)
	object[apiVersionKey] = resource.NewStringProperty(apiVersion)
	object[fieldManagerKey] = resource.NewStringProperty(manager)
	return object
}

// markSecrets makes secret in out what is secret in program, and the payload of every Secret. Inside
// objects it goes field by field, so that one secret does not hide the whole object; a list with a
// secret is secret as a whole, since its order may change.
func markSecrets(out, program resource.PropertyMap) {
	if kind, ok := out["kind"]; ok && kind.IsString() && kind.StringValue() == "Secret" {
		for _, key := range []resource.PropertyKey{"data", "stringData"} {
			if v, ok := out[key]; ok && !v.IsSecret() {
				out[key] = resource.MakeSecret(v)
			}
		}
		return
	}
	for key, want := range program {
		got, ok := out[key]
		switch {
		case !ok:
		case got.IsObject() && want.IsObject():
			markSecrets(got.ObjectValue(), want.ObjectValue())
		case !got.IsSecret() && want.ContainsSecrets():
			out[key] = resource.MakeSecret(got)
		}
	}
}

func unmarshal(label string, s *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(s, plugin.MarshalOptions{Label: label, KeepUnknowns: true, KeepSecrets: true})
}

func (s *Server) marshal(label string, properties resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(properties, plugin.MarshalOptions{
		Label: label, KeepUnknowns: true, KeepSecrets: s.settings.keepSecrets,
	})
}

// objectID is namespace/name, or the name alone for objects without a namespace.
func objectID(obj *unstructured.Unstructured) string {
	if obj.GetNamespace() == "" {
		return obj.GetName()
	}
	return obj.GetNamespace() + "/" + obj.GetName()
}

func parseID(id string) (namespace, name string) {
	parts := strings.Split(id, "/")
	if len(parts) == 1 {
		return "", parts[0]
	}
	return parts[0], parts[1]
}
