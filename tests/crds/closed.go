package crds

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// closed returns a structural schema that also refuses the fields which an API server would drop: those that it does not name,
// unless it says to preserve them. whole marks what has an apiVersion, a kind and metadata without naming them.
func closed(node map[string]any, whole bool) map[string]any {
	result := maps.Clone(node)
	named := map[string]any{}
	if properties, ok := node["properties"].(map[string]any); ok {
		for name, property := range properties {
			property := property.(map[string]any)
			named[name] = closed(property, property["x-kubernetes-embedded-resource"] == true)
		}
	}
	if whole {
		named["apiVersion"], named["kind"] = map[string]any{"type": "string"}, map[string]any{"type": "string"}
		named["metadata"] = map[string]any{"type": "object"}
	}
	if items, ok := node["items"].(map[string]any); ok {
		result["items"] = closed(items, items["x-kubernetes-embedded-resource"] == true)
	}
	if values, ok := node["additionalProperties"].(map[string]any); ok {
		result["additionalProperties"] = closed(values, values["x-kubernetes-embedded-resource"] == true)
	}
	if node["type"] == "object" {
		result["properties"] = named
		_, open := node["additionalProperties"]
		if !open && node["x-kubernetes-preserve-unknown-fields"] != true {
			result["additionalProperties"] = false
		}
	}
	if node["nullable"] == true {
		return map[string]any{"anyOf": []any{result, map[string]any{"type": "null"}}}
	}
	return result
}

// checkMetadata reports fields that no object's metadata has.
func checkMetadata(metadata any) error {
	text, err := json.Marshal(metadata)
	if err != nil {
		return fmt.Errorf("writing metadata as JSON: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&metav1.ObjectMeta{}); err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	return nil
}
