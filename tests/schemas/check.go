package schemas

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/plinth-iac/plinth/tests/mocks"
)

// Check fails the test for every registration of aws, gcp and azure-native that its provider would refuse already at a preview: a
// property that it does not know, a required one that is absent, a value of another type or outside of an enum, two properties that
// exclude each other; and for every token that the tables do not have, with the way to add it. What is unknown in a preview passes.
func Check(t testing.TB, rec *mocks.Recording) {
	t.Helper()
	for _, res := range rec.Resources() {
		for _, problem := range known().problems(res) {
			t.Error(problem)
		}
	}
}

// clouds are the packages that are checked. Of the others kubernetes is checked by package mocks, and random by its Go types.
var clouds = []string{"aws", "gcp", "azure-native"}

func (t Table) problems(res *mocks.Resource) []string {
	if pkg, _, _ := strings.Cut(res.Type, ":"); !slices.Contains(clouds, pkg) {
		return nil
	}
	name, ok := t.Resources[res.Type]
	if !ok {
		return []string{fmt.Sprintf("%s: no schema of %s: add it to tests/schemas/tokens.txt and run go generate ./tests/schemas", res.URN, res.Type)}
	}
	var found []string
	t.object(res.Inputs, name, "", func(path, problem string) {
		found = append(found, fmt.Sprintf("%s: %s: %s", res.URN, strings.TrimPrefix(path, "."), problem))
	})
	return found
}

// object checks the properties of an object.
func (t Table) object(v map[string]any, name, path string, report func(path, problem string)) {
	properties, ok := t.Types[name]
	if !ok {
		report(path, "its type "+name+" is in no table")
		return
	}
	for _, key := range slices.Sorted(maps.Keys(v)) {
		p, ok := properties[key]
		if !ok {
			report(path+"."+key, "no such property; there are "+strings.Join(slices.Sorted(maps.Keys(properties)), ", "))
			continue
		}
		t.value(v[key], p.Type, p.Enum, path+"."+key, report)
		for _, other := range p.Excludes {
			if v[other] != nil && v[key] != nil && key < other {
				report(path+"."+key, "it excludes "+other+", which is there too")
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		if properties[key].Required && v[key] == nil {
			report(path+"."+key, "required, and absent")
		}
	}
}

func (t Table) value(v any, typ string, enum []string, path string, report func(path, problem string)) {
	if secret, ok := v.(mocks.Secret); ok {
		v = secret.Reveal()
	}
	if v == nil || v == mocks.Unknown || typ == "any" {
		return
	}
	if element, ok := strings.CutPrefix(typ, "[]"); ok {
		list, ok := v.([]any)
		if !ok {
			report(path, "a list is needed")
		}
		for i, v := range list {
			t.value(v, element, enum, fmt.Sprintf("%s[%d]", path, i), report)
		}
		return
	}
	if element, ok := strings.CutPrefix(typ, "{}"); ok {
		object, ok := v.(map[string]any)
		if !ok {
			report(path, "a map is needed")
		}
		for _, key := range slices.Sorted(maps.Keys(object)) {
			t.value(object[key], element, enum, path+"."+key, report)
		}
		return
	}
	if name, ok := strings.CutPrefix(typ, "#"); ok {
		object, ok := v.(map[string]any)
		if !ok {
			report(path, "an object is needed")
			return
		}
		t.object(object, name, path, report)
		return
	}
	scalar(v, typ, enum, path, report)
}

// scalar never quotes the value, which may be secret, unless an enum says that it is none.
func scalar(v any, typ string, enum []string, path string, report func(path, problem string)) {
	var fits bool
	switch typ {
	case "string":
		_, fits = v.(string)
	case "boolean":
		_, fits = v.(bool)
	case "number":
		_, fits = v.(float64)
	case "integer":
		n, isNumber := v.(float64)
		fits = isNumber && n == math.Trunc(n)
	default:
		report(path, "its type "+typ+" is none that is known")
		return
	}
	if !fits {
		report(path, fmt.Sprintf("a %s is needed, and not a %T", typ, v))
		return
	}
	if text, ok := v.(string); ok && len(enum) > 0 && !slices.Contains(enum, text) {
		report(path, fmt.Sprintf("%q is none of %s", text, strings.Join(enum, ", ")))
	}
}
