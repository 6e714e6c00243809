package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

func newChange(m apitype.StepEventMetadata, op string) Change {
	c := Change{Op: op, Type: shortType(m.Type), Name: objectName(m)}
	state := m.New
	if state == nil {
		state = m.Old
	}
	if state != nil && state.Parent != "" && !isStack(state.Parent) {
		c.Component = nameOf(state.Parent)
	}
	if op == "update" || op == "replace" {
		c.Diffs = diffsOf(m)
	}
	return c
}

// String is one line: the sign, the component, the kind and the name.
func (c Change) String() string { return signOf(c.Op) + " " + c.title() }

func (c Change) title() string {
	text := c.Type + " " + c.Name
	if c.Component != "" {
		text = c.Component + " › " + text
	}
	return text
}

// shortType is the last word of a type token: Deployment of kubernetes:apps/v1:Deployment.
func shortType(token string) string {
	return token[strings.LastIndex(token, ":")+1:]
}

// nameOf is the last part of a URN: the resource's name in the program.
func nameOf(urn string) string {
	return urn[strings.LastIndex(urn, "::")+len("::"):]
}

func isStack(urn string) bool { return strings.Contains(urn, "::pulumi:pulumi:Stack::") }

// objectName is the Kubernetes object's own name where the step knows it, else the name in the program.
func objectName(m apitype.StepEventMetadata) string {
	for _, state := range []*apitype.StepEventStateMetadata{m.New, m.Old} {
		if state == nil {
			continue
		}
		for _, properties := range []map[string]any{state.Outputs, state.Inputs} {
			metadata, _ := properties["metadata"].(map[string]any)
			name, _ := metadata["name"].(string)
			if name == "" || isUnknown(name) {
				continue
			}
			if namespace, _ := metadata["namespace"].(string); namespace != "" && !isUnknown(namespace) {
				return namespace + "/" + name
			}
			return name
		}
	}
	return nameOf(m.URN)
}

// diffsOf lists the properties that a step is for: what the provider says in detail, or else what differs in the inputs.
func diffsOf(m apitype.StepEventMetadata) []Diff {
	if m.Old == nil || m.New == nil {
		return nil
	}
	if len(m.DetailedDiff) == 0 {
		return compare("", m.Old.Inputs, m.New.Inputs)
	}
	var diffs []Diff
	for _, path := range slices.Sorted(maps.Keys(m.DetailedDiff)) {
		d := m.DetailedDiff[path]
		old := valueAt(m.Old.Outputs, path)
		if d.InputDiff || old == nil {
			old = valueAt(m.Old.Inputs, path)
		}
		next := valueAt(m.New.Inputs, path)
		diffs = append(diffs, Diff{
			Path: path, Old: show(old), New: show(next), Replaces: strings.HasSuffix(string(d.Kind), "-replace"),
		})
	}
	return diffs
}

// compare lists where two values differ, each at the deepest path at which both have the same shape.
func compare(path string, old, next any) []Diff {
	if reflect.DeepEqual(old, next) || strings.HasPrefix(strings.TrimPrefix(path, "."), "__") {
		return nil
	}
	a, oldIsMap := old.(map[string]any)
	b, nextIsMap := next.(map[string]any)
	if oldIsMap && nextIsMap && !isSecret(a) && !isSecret(b) {
		keys := slices.Collect(maps.Keys(a))
		for key := range b {
			if _, ok := a[key]; !ok {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		var diffs []Diff
		for _, key := range keys {
			diffs = append(diffs, compare(join(path, key), a[key], b[key])...)
		}
		return diffs
	}
	x, oldIsList := old.([]any)
	y, nextIsList := next.([]any)
	if oldIsList && nextIsList && len(x) == len(y) {
		var diffs []Diff
		for i := range x {
			diffs = append(diffs, compare(fmt.Sprintf("%s[%d]", path, i), x[i], y[i])...)
		}
		return diffs
	}
	return []Diff{{Path: path, Old: show(old), New: show(next)}}
}

func join(path, key string) string {
	switch {
	case strings.ContainsAny(key, `."[]`):
		return fmt.Sprintf("%s[%q]", path, key)
	case path == "":
		return key
	default:
		return path + "." + key
	}
}

func valueAt(properties map[string]any, path string) any {
	parsed, err := resource.ParsePropertyPath(path)
	if err != nil {
		return nil
	}
	var at any = properties
	for _, step := range parsed {
		switch key := step.(type) {
		case string:
			m, _ := at.(map[string]any)
			if isSecret(m) {
				return m
			}
			at = m[key]
		case int:
			list, _ := at.([]any)
			if key < 0 || key >= len(list) {
				return nil
			}
			at = list[key]
		}
	}
	return at
}

// show writes a value as short JSON, with secrets masked and unknown values named.
func show(value any) string {
	if value == nil {
		return ""
	}
	text, err := json.Marshal(mask(value))
	if err != nil {
		return fmt.Sprint(mask(value))
	}
	const longest = 200
	if runes := []rune(string(text)); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return string(text)
}

func mask(value any) any {
	switch v := value.(type) {
	case map[string]any:
		if isSecret(v) {
			return "[secret]"
		}
		masked := make(map[string]any, len(v))
		for key, inner := range v {
			masked[key] = mask(inner)
		}
		return masked
	case []any:
		masked := make([]any, len(v))
		for i, inner := range v {
			masked[i] = mask(inner)
		}
		return masked
	case string:
		if isUnknown(v) {
			return "(known after up)"
		}
		return v
	default:
		return v
	}
}

// isSecret recognizes how the engine writes a secret into its events. Its value is blinded there already.
func isSecret(m map[string]any) bool {
	return m[resource.SigKey] == resource.SecretSig
}

// isUnknown recognizes how the engine writes a value that a preview cannot know.
func isUnknown(s string) bool {
	return strings.HasPrefix(s, plugin.UnknownStringValue)
}

// String is one line: the path, and the old and new value.
func (d Diff) String() string {
	text := d.Path + ": "
	switch {
	case d.Old == "":
		text += "(none) → " + d.New
	case d.New == "":
		text += d.Old + " → (none)"
	default:
		text += d.Old + " → " + d.New
	}
	if d.Replaces {
		text += "  (replaces)"
	}
	return text
}
