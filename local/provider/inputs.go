package provider

import (
	"encoding/base64"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// dashed are the fields that SDKs cannot spell as the API does.
var dashed = map[string]string{
	"x_kubernetes_embedded_resource":       "x-kubernetes-embedded-resource",
	"x_kubernetes_int_or_string":           "x-kubernetes-int-or-string",
	"x_kubernetes_list_map_keys":           "x-kubernetes-list-map-keys",
	"x_kubernetes_list_type":               "x-kubernetes-list-type",
	"x_kubernetes_map_type":                "x-kubernetes-map-type",
	"x_kubernetes_preserve_unknown_fields": "x-kubernetes-preserve-unknown-fields",
	"x_kubernetes_validations":             "x-kubernetes-validations",
}

var underscored = func() map[string]resource.PropertyKey {
	m := map[string]resource.PropertyKey{}
	for k, v := range dashed {
		m[v] = resource.PropertyKey(k)
	}
	return m
}()

// toMap returns the properties as the API spells them, with secrets in the clear and unknowns as
// resource.Computed.
func toMap(props resource.PropertyMap) map[string]any {
	return props.MapRepl(func(key string) (string, bool) {
		name, ok := dashed[key]
		return name, ok
	}, revealSecret)
}

func revealSecret(v resource.PropertyValue) (any, bool) {
	if v.IsSecret() {
		return v.SecretValue().Element.MapRepl(nil, revealSecret), true
	}
	return nil, false
}

func toObject(props resource.PropertyMap) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: toMap(props)}
}

// toProperties returns an object as programs and the state spell it.
func toProperties(object map[string]any) resource.PropertyMap {
	return resource.NewPropertyMapFromMapRepl(object, func(key string) (resource.PropertyKey, bool) {
		name, ok := underscored[key]
		return name, ok
	}, nil)
}

// hasUnknown reports whether some value is known only after the update.
func hasUnknown(value any) bool {
	switch v := value.(type) {
	case resource.Computed:
		return true
	case map[string]any:
		for _, e := range v {
			if hasUnknown(e) {
				return true
			}
		}
	case []any:
		for _, e := range v {
			if hasUnknown(e) {
				return true
			}
		}
	}
	return false
}

// normalize writes an object the way the API server will, so that two spellings of one value are no
// difference, and drops what only the server sets.
func normalize(obj *unstructured.Unstructured) *unstructured.Unstructured {
	if isBuiltIn(obj.GroupVersionKind().GroupVersion()) && !hasUnknown(obj.Object) {
		obj = &unstructured.Unstructured{Object: prune(canonical(obj), obj.Object)}
	}
	for _, field := range []string{
		"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation",
		"managedFields", "resourceVersion", "uid",
	} {
		unstructured.RemoveNestedField(obj.Object, "metadata", field)
	}
	return obj
}

// canonical returns the object's fields as its Go type writes them, or as they are when the type is
// unknown or they do not fit it: the API server then says why.
func canonical(obj *unstructured.Unstructured) map[string]any {
	switch {
	case isCRD(obj):
		return canonicalCRD(obj)
	case isCore(obj, "Secret"):
		return canonicalSecret(obj)
	}
	typed, err := scheme.Scheme.New(obj.GroupVersionKind())
	if err != nil {
		return obj.Object
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(obj.Object, typed); err != nil {
		return obj.Object
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	if err != nil {
		return obj.Object
	}
	return fields
}

func canonicalCRD(obj *unstructured.Unstructured) map[string]any {
	if preserve, ok, err := unstructured.NestedBool(obj.Object, "spec", "preserveUnknownFields"); err == nil && ok && !preserve {
		// The server drops the default of this deprecated field.
		unstructured.RemoveNestedField(obj.Object, "spec", "preserveUnknownFields")
	}
	unstructured.RemoveNestedField(obj.Object, "status")
	return obj.Object
}

// canonicalSecret moves stringData into data, as the server does: it never returns stringData.
func canonicalSecret(obj *unstructured.Unstructured) map[string]any {
	data, _, err := unstructured.NestedMap(obj.Object, "data")
	if err != nil {
		return obj.Object
	}
	plain, _, err := unstructured.NestedStringMap(obj.Object, "stringData")
	switch {
	case err == nil && len(plain) > 0:
		if data == nil {
			data = map[string]any{}
		}
		for k, v := range plain {
			data[k] = base64.StdEncoding.EncodeToString([]byte(v))
		}
		unstructured.RemoveNestedField(obj.Object, "stringData")
	case len(data) > 0:
		for k, v := range data {
			encoded, _ := v.(string)
			if raw, err := base64.StdEncoding.DecodeString(encoded); err == nil {
				data[k] = base64.StdEncoding.EncodeToString(raw)
			}
		}
	default:
		return obj.Object
	}
	obj.Object["data"] = data
	return obj.Object
}

// prune keeps of source what has a counterpart in shape: the live object without what the server or
// others added.
func prune(source, shape map[string]any) map[string]any {
	if source == nil || shape == nil {
		return nil
	}
	kept := map[string]any{}
	for key, value := range source {
		like, ok := shape[key]
		if !ok {
			continue
		}
		kept[key] = pruneValue(value, like)
	}
	return kept
}

func pruneValue(value, like any) any {
	switch v := value.(type) {
	case map[string]any:
		if shape, ok := like.(map[string]any); ok {
			return prune(v, shape)
		}
	case []any:
		if shape, ok := like.([]any); ok {
			return pruneList(v, shape)
		}
	}
	return value
}

// pruneList pairs elements by position and drops those beyond the shape's end.
func pruneList(source, shape []any) []any {
	if source == nil || shape == nil {
		return nil
	}
	if len(source) > 0 && len(shape) > 0 && reflect.TypeOf(source[0]) != reflect.TypeOf(shape[0]) {
		return append([]any{}, source...)
	}
	kept := make([]any, 0, len(shape))
	for i := 0; i < len(source) && i < len(shape); i++ {
		kept = append(kept, pruneValue(source[i], shape[i]))
	}
	return kept
}
