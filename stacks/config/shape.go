package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/plinth-iac/plinth/components/spec"
)

// checkShape reports every unknown key, wrong type and value out of range in tree. It then puts misspelt keys right and removes
// whatever else is wrong, so that what remains can be decoded and checked further as it was meant.
func checkShape(tree map[string]any, problems *spec.Problems) {
	s := loadShape()
	var invalid *jsonschema.ValidationError
	corrected := map[spec.Path]bool{}
	for errors.As(s.compiled.Validate(tree), &invalid) {
		r := shapeReport{shape: s, tree: tree, problems: &spec.Problems{}}
		r.report(invalid)
		if len(r.misspelt) > 0 {
			problems.Errors = append(problems.Errors, r.correct(corrected)...)
			continue
		}
		for _, p := range r.problems.Errors {
			// What stands under a corrected key may have been meant for another after all: one problem is enough.
			if !corrected[p.Path] {
				problems.Errors = append(problems.Errors, p)
			}
		}
		for _, location := range r.wrong {
			remove(tree, location)
		}
		break
	}
	slices.SortStableFunc(problems.Errors, func(a, b spec.Problem) int { return strings.Compare(string(a.Path), string(b.Path)) })
}

// shapeReport turns the schema's errors into problems.
type shapeReport struct {
	shape    shape
	tree     map[string]any
	problems *spec.Problems
	wrong    [][]string
	misspelt []misspelling
}

// misspelling is an unknown key that is nearly one which is not there.
type misspelling struct {
	location []string
	meant    string
	problem  spec.Problem
}

// correct puts misspelt keys right in the tree, notes where, and returns what is to be said of them.
func (r *shapeReport) correct(corrected map[spec.Path]bool) []spec.Problem {
	var said []spec.Problem
	for _, m := range r.misspelt {
		parent := lookup(r.tree, m.location[:len(m.location)-1]).(map[string]any)
		name := m.location[len(m.location)-1]
		if _, taken := parent[m.meant]; !taken {
			parent[m.meant] = parent[name]
		}
		delete(parent, name)
		corrected[pathOf(r.tree, append(slices.Clone(m.location[:len(m.location)-1]), m.meant))] = true
		said = append(said, m.problem)
	}
	return said
}

func (r *shapeReport) report(e *jsonschema.ValidationError) {
	node := r.shape.at(e.SchemaURL)
	switch k := e.ErrorKind.(type) {
	case *kind.AnyOf:
		r.reportForms(e)
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			r.addUnknown(append(slices.Clone(e.InstanceLocation), name), propertyNames(node))
		}
	case *kind.Required:
		for _, name := range k.Missing {
			location := append(slices.Clone(e.InstanceLocation), name)
			r.add(location, "", r.shape.describeProperty(node, name), "add "+name)
		}
	case *kind.Enum:
		r.addEnum(e, k)
	case *kind.Type:
		r.add(e.InstanceLocation, r.nothing(e.InstanceLocation), allowedByNode(node), remedyForType(lookup(r.tree, e.InstanceLocation), k.Want))
	case *kind.Pattern:
		r.add(e.InstanceLocation, "", r.shape.patternAt(e.SchemaURL), "write it in that form")
	case *kind.Minimum, *kind.Maximum:
		r.add(e.InstanceLocation, "", allowedByNode(node), "choose a number in that range")
	default:
		if len(e.Causes) == 0 {
			r.add(e.InstanceLocation, "", "what the schema allows there", "see stacks/config/schema.json")
		}
		for _, cause := range e.Causes {
			r.report(cause)
		}
	}
}

// reportForms reports a value that may take several forms: by the one it was meant for, or all of them where it is like none.
func (r *shapeReport) reportForms(e *jsonschema.ValidationError) {
	var forms []string
	for _, cause := range e.Causes {
		leaf := cause
		for len(leaf.Causes) == 1 && isReference(leaf) {
			leaf = leaf.Causes[0]
		}
		if _, mismatch := leaf.ErrorKind.(*kind.Type); !mismatch || len(leaf.InstanceLocation) > len(e.InstanceLocation) {
			r.report(cause)
			return
		}
		if form := allowedByNode(r.shape.at(leaf.SchemaURL)); !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	r.add(e.InstanceLocation, r.nothing(e.InstanceLocation), strings.Join(forms, ", or "), "write it in one of those forms")
}

// nothing says that a key has no value, and is empty where it has one.
func (r *shapeReport) nothing(location []string) string {
	if lookup(r.tree, location) == nil {
		return nothing
	}
	return ""
}

func isReference(e *jsonschema.ValidationError) bool {
	_, ok := e.ErrorKind.(*kind.Reference)
	return ok
}

// addUnknown records a key that may not be there, and which one was meant where that is plain and is missing.
func (r *shapeReport) addUnknown(location, allowed []string) {
	name := location[len(location)-1]
	r.add(location, unknownKey, "one of "+strings.Join(allowed, ", "), remedyFor(name, allowed, "remove it, or use one of the keys above"))
	meant := spec.Nearest(name, allowed)
	if meant == "" || lookup(r.tree, append(slices.Clone(location[:len(location)-1]), meant)) != nil {
		return
	}
	said := r.problems.Errors[len(r.problems.Errors)-1]
	r.misspelt = append(r.misspelt, misspelling{location: location, meant: meant, problem: said})
}

func (r *shapeReport) addEnum(e *jsonschema.ValidationError, k *kind.Enum) {
	var allowed []string
	for _, v := range k.Want {
		allowed = append(allowed, fmt.Sprint(v))
	}
	r.add(e.InstanceLocation, "", "one of "+strings.Join(allowed, ", "),
		remedyFor(fmt.Sprint(k.Got), allowed, "use one of those"))
}

// What is found that is no value, and so never secret.
const (
	unknownKey = "an unknown key"
	nothing    = "nothing"
)

// add records a problem at a location of the tree; found is what stands there unless said otherwise.
func (r *shapeReport) add(location []string, found, allowed, remedy string) {
	r.wrong = append(r.wrong, location)
	if found == "" {
		found = describeValue(lookup(r.tree, location))
	}
	if isHidden(location) && found != unknownKey && found != nothing {
		found = ""
	}
	r.problems.Errors = append(r.problems.Errors, spec.Problem{
		Path: pathOf(r.tree, location), Found: found, Allowed: allowed, Remedy: remedy,
	})
}

// isHidden tells whether a value may be a secret that somebody put in the wrong form or place.
func isHidden(location []string) bool {
	if location[0] == "secrets" {
		return true
	}
	return len(location) > 3 && location[0] == "workloads" &&
		slices.Contains([]string{"env", "files", "secrets", "secretFiles"}, location[2])
}

func describeValue(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case map[string]any:
		return "a mapping"
	case []any:
		return "a list"
	case string:
		return strconv.Quote(v)
	default:
		return fmt.Sprint(v)
	}
}

// describe is the first sentence of a property's description.
func (s shape) describeProperty(node map[string]any, property string) string {
	properties, _ := node["properties"].(map[string]any)
	p, _ := properties[property].(map[string]any)
	text, _ := p["description"].(string)
	if ref, ok := p["$ref"].(string); ok && text == "" {
		text, _ = s.at(ref)["description"].(string)
	}
	return firstSentence(text)
}

func firstSentence(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	sentence, _, _ := strings.Cut(text, ". ")
	return strings.TrimSuffix(sentence, ".")
}

// patternAt explains a pattern by the nearest description around it, which says more than the expression does.
func (s shape) patternAt(url string) string {
	pattern, _ := s.at(url)["pattern"].(string)
	for at := url; strings.Contains(at, "/"); at = at[:strings.LastIndex(at, "/")] {
		if text, ok := s.at(at)["description"].(string); ok {
			return firstSentence(text) + " (pattern " + pattern + ")"
		}
	}
	return "text of the pattern " + pattern
}

// at returns the node of the schema document that a schema URL points to.
func (s shape) at(url string) map[string]any {
	_, pointer, _ := strings.Cut(url, "#")
	var node any = s.document
	for _, token := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		if token == "" {
			continue
		}
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch n := node.(type) {
		case map[string]any:
			node = n[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i >= len(n) {
				return nil
			}
			node = n[i]
		}
	}
	object, _ := node.(map[string]any)
	return object
}

func allowedByNode(node map[string]any) string {
	names := map[any]string{
		"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false", "object": "a mapping", "array": "a list",
	}
	allowed := names[node["type"]]
	least, most := node["minimum"], node["maximum"]
	switch {
	case least != nil && most != nil:
		allowed += fmt.Sprintf(" from %v to %v", least, most)
	case least != nil:
		allowed += fmt.Sprintf(" of at least %v", least)
	case most != nil:
		allowed += fmt.Sprintf(" of at most %v", most)
	}
	if keys := propertyNames(node); len(keys) > 0 {
		allowed += " with " + strings.Join(keys, ", ")
	}
	if values, ok := node["enum"].([]any); ok {
		allowed = "one of"
		for i, v := range values {
			allowed += fmt.Sprintf("%s %v", map[bool]string{true: ","}[i > 0], v)
		}
	}
	return allowed
}

func remedyForType(value any, want []string) string {
	switch value.(type) {
	case nil:
		return "give it a value, or remove it"
	case map[string]any, []any, string:
		return "write it in that form"
	}
	if slices.Contains(want, "string") {
		return "put it in quotes"
	}
	return "write it in that form"
}

func remedyFor(name string, candidates []string, otherwise string) string {
	if nearest := spec.Nearest(name, candidates); nearest != "" {
		return fmt.Sprintf("did you mean %s?", nearest)
	}
	return otherwise
}
