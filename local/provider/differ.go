package provider

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// differ turns a JSON merge patch into the engine's list of changed properties.
type differ struct {
	immutable []string
	found     map[string]*pulumirpc.PropertyDiff
}

// absent stands for a field that is not there, as opposed to one that is null.
type absent struct{}

func field(m map[string]any, key string) any {
	if v, ok := m[key]; ok {
		return v
	}
	return absent{}
}

// maps walks the patched fields. Inside a list a patch holds whole elements, so there a field that is
// missing from it was deleted.
func (d *differ) maps(path []any, patch, old, input, oldInput map[string]any, inList bool) {
	visit := func(key string, value any) {
		at := append(slices.Clone(path), key)
		d.value(at, value, field(old, key), field(input, key), field(oldInput, key), inList)
	}
	for key, value := range patch {
		visit(key, value)
	}
	if !inList {
		return
	}
	for key := range maps.Keys(old) {
		if _, ok := patch[key]; !ok {
			visit(key, nil)
		}
	}
}

func (d *differ) lists(path []any, patch, old, input, oldInput []any) {
	for i := range max(len(patch), len(old)) {
		var value any
		before := any(absent{})
		if i < len(patch) {
			value = patch[i]
		}
		if i < len(old) {
			before = old[i]
		}
		d.value(append(slices.Clone(path), i), value, before, element(input, i), element(oldInput, i), true)
	}
}

func element(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}

// value notes one change; null in the patch means that the field is gone.
func (d *differ) value(path []any, patch, old, input, oldInput any, inList bool) {
	if input == (absent{}) && (patch != nil || oldInput == (absent{})) {
		// The program says nothing about it now and has not before: it is the server's.
		return
	}
	_, unknown := input.(resource.Computed)
	kind, inputDiff := pulumirpc.PropertyDiff_UPDATE, false
	switch {
	case patch == nil && unknown && old == (absent{}), patch != nil && old == (absent{}):
		kind = pulumirpc.PropertyDiff_ADD
	case patch == nil && !unknown:
		kind, inputDiff = pulumirpc.PropertyDiff_DELETE, true
	case patch == nil:
	default:
		switch patch := patch.(type) {
		case map[string]any:
			if old, ok := old.(map[string]any); ok {
				input, _ := input.(map[string]any)
				oldInput, _ := oldInput.(map[string]any)
				d.maps(path, patch, old, input, oldInput, inList)
				return
			}
		case []any:
			if old, ok := old.([]any); ok {
				input, _ := input.([]any)
				oldInput, _ := oldInput.([]any)
				d.lists(path, patch, old, input, oldInput)
				return
			}
		default:
			if equal(patch, old) {
				return
			}
		}
	}
	if slices.ContainsFunc(d.immutable, func(f string) bool { return touches(path, patch, strings.Split(f, ".")) }) {
		kind = map[pulumirpc.PropertyDiff_Kind]pulumirpc.PropertyDiff_Kind{
			pulumirpc.PropertyDiff_ADD:    pulumirpc.PropertyDiff_ADD_REPLACE,
			pulumirpc.PropertyDiff_DELETE: pulumirpc.PropertyDiff_DELETE_REPLACE,
			pulumirpc.PropertyDiff_UPDATE: pulumirpc.PropertyDiff_UPDATE_REPLACE,
		}[kind]
	}
	d.found[propertyPath(path)] = &pulumirpc.PropertyDiff{Kind: kind, InputDiff: inputDiff}
}

// equal compares scalars, and numbers by value: JSON has floats where Go types have integers.
func equal(a, b any) bool {
	if x, ok := number(a); ok {
		y, ok := number(b)
		return ok && x == y
	}
	return reflect.DeepEqual(a, b)
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// touches reports whether a change of value at path changes the field: it lies below the field, or
// the field lies in the value. A "[]" at the end of a name stands for any element.
func touches(path []any, value any, field []string) bool {
	if len(field) == 0 {
		return true
	}
	name, each := strings.CutSuffix(field[0], "[]")
	if len(path) == 0 {
		m, _ := value.(map[string]any)
		inner, ok := m[name]
		if !ok || !each {
			return ok && touches(nil, inner, field[1:])
		}
		list, _ := inner.([]any)
		return slices.ContainsFunc(list, func(e any) bool { return touches(nil, e, field[1:]) })
	}
	if path[0] != name {
		return false
	}
	path = path[1:]
	if !each {
		return touches(path, value, field[1:])
	}
	if len(path) > 0 {
		return touches(path[1:], value, field[1:])
	}
	list, _ := value.([]any)
	return slices.ContainsFunc(list, func(e any) bool { return touches(nil, e, field[1:]) })
}

// propertyPath writes a path the way the engine parses it.
func propertyPath(path []any) string {
	var b strings.Builder
	for _, p := range path {
		switch p := p.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", p)
		case string:
			switch {
			case strings.ContainsAny(p, `."[]`):
				fmt.Fprintf(&b, `["%s"]`, strings.ReplaceAll(p, `"`, `\"`))
			case b.Len() > 0:
				b.WriteString("." + p)
			default:
				b.WriteString(p)
			}
		}
	}
	return b.String()
}
