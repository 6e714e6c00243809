package helm

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// replacing are the inputs that make another release.
var replacing = []string{"name", "namespace"}

// compare finds what the new inputs change in the state, property by property. What the state has
// beyond the inputs is Helm's own, unless the old inputs had it.
func compare(state, oldInputs, news resource.PropertyMap) plugin.DiffResult {
	found := map[string]plugin.PropertyDiff{}
	compareMaps(nil, state, oldInputs, news, found)
	if len(found) == 0 {
		return plugin.DiffResult{Changes: plugin.DiffNone}
	}
	result := plugin.DiffResult{Changes: plugin.DiffSome, DetailedDiff: found}
	for path, diff := range found {
		root, err := resource.ParsePropertyPath(path)
		if err != nil || len(root) == 0 {
			continue
		}
		key := resource.PropertyKey(root[0].(string))
		if !slices.Contains(result.ChangedKeys, key) {
			result.ChangedKeys = append(result.ChangedKeys, key)
		}
		if slices.Contains(replacing, path) {
			diff.Kind = diff.Kind.AsReplace()
			found[path] = diff
			result.ReplaceKeys = append(result.ReplaceKeys, key)
		}
	}
	return result
}

func compareMaps(at resource.PropertyPath, state, olds, news resource.PropertyMap, found map[string]plugin.PropertyDiff) {
	for key, after := range news {
		before, had := state[key]
		compareValues(append(slices.Clone(at), string(key)), before, olds[key], after, had, found)
	}
	for key := range olds {
		if _, kept := news[key]; !kept {
			found[append(slices.Clone(at), string(key)).String()] = plugin.PropertyDiff{Kind: plugin.DiffDelete, InputDiff: true}
		}
	}
}

func compareValues(
	at resource.PropertyPath, before, old, after resource.PropertyValue, had bool, found map[string]plugin.PropertyDiff,
) {
	before, old, after = plainOf(before), plainOf(old), plainOf(after)
	switch {
	case !had:
		found[at.String()] = plugin.PropertyDiff{Kind: plugin.DiffAdd}
	case before.IsObject() && after.IsObject():
		var olds resource.PropertyMap
		if old.IsObject() {
			olds = old.ObjectValue()
		}
		compareMaps(at, before.ObjectValue(), olds, after.ObjectValue(), found)
	case before.IsArray() && after.IsArray():
		compareLists(at, before.ArrayValue(), after.ArrayValue(), found)
	case after.IsComputed(), !before.DeepEquals(after):
		found[at.String()] = plugin.PropertyDiff{Kind: plugin.DiffUpdate}
	}
}

// compareLists knows no old inputs: a list is always the program's own.
func compareLists(at resource.PropertyPath, before, after []resource.PropertyValue, found map[string]plugin.PropertyDiff) {
	for i := range max(len(before), len(after)) {
		path := append(slices.Clone(at), i)
		switch {
		case i >= len(after):
			found[path.String()] = plugin.PropertyDiff{Kind: plugin.DiffDelete, InputDiff: true}
		case i >= len(before):
			compareValues(path, resource.PropertyValue{}, resource.PropertyValue{}, after[i], false, found)
		default:
			compareValues(path, before[i], before[i], after[i], true, found)
		}
	}
}
