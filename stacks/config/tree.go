package config

import (
	"strconv"

	"github.com/plinth-iac/plinth/components/spec"
)

// lookup returns the value at a location of a decoded tree, or nil.
func lookup(tree any, location []string) any {
	for _, token := range location {
		switch t := tree.(type) {
		case map[string]any:
			tree = t[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i >= len(t) {
				return nil
			}
			tree = t[i]
		default:
			return nil
		}
	}
	return tree
}

// remove takes a value out of a decoded tree. A list entry is left as null, so that later entries keep their numbers.
func remove(tree any, location []string) {
	last := location[len(location)-1]
	switch t := lookup(tree, location[:len(location)-1]).(type) {
	case map[string]any:
		delete(t, last)
	case []any:
		if i, err := strconv.Atoi(last); err == nil && i < len(t) {
			t[i] = nil
		}
	}
}

// pathOf writes a location as a path of the stack file.
func pathOf(tree any, location []string) spec.Path {
	var path spec.Path
	for i, token := range location {
		if _, list := lookup(tree, location[:i]).([]any); list {
			n, _ := strconv.Atoi(token)
			path = path.Index(n)
		} else {
			path = path.Key(token)
		}
	}
	return path
}

// merge lays over on top of base: mappings merge, anything else replaces. Neither is changed.
func merge(base, over map[string]any) map[string]any {
	merged := make(map[string]any, len(base)+len(over))
	for key, value := range base {
		merged[key] = value
	}
	for key, value := range over {
		below, isMap := merged[key].(map[string]any)
		if above, ok := value.(map[string]any); ok && isMap {
			value = merge(below, above)
		}
		merged[key] = value
	}
	return merged
}
