package machines

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// typeForms are how each cloud's type names look.
var typeForms = map[string]*regexp.Regexp{
	"aws":   regexp.MustCompile(`^[a-z][a-z0-9-]*\.[a-z0-9-]+$`),
	"gcp":   regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)+$`),
	"azure": regexp.MustCompile(`^Standard_[A-Z][A-Za-z0-9]*(_[A-Za-z0-9]+)*$`),
}

// override returns the types that a pool names itself. Those in the catalogue are checked against the request and each
// other; any other well-formed name is taken at its word, with the shape that the pool asks for. Whether the region
// sells them is left to the one who named them, as the catalogue cannot know every type.
func override(cloud string, where Region, r Request) (Choice, error) {
	if cloud != "aws" && len(r.Types) > 1 {
		return Choice{}, &Refusal{
			Found:   fmt.Sprintf("%d types: %s", len(r.Types), strings.Join(r.Types, ", ")),
			Allowed: "one type: a pool has only one on " + cloud,
			Remedy:  "keep the one you prefer",
		}
	}
	var first *machine
	for _, name := range r.Types {
		if !typeForms[cloud].MatchString(name) {
			return Choice{}, &Refusal{Found: name, Allowed: "a machine type of " + cloud + ", such as " + catalogue()[cloud][0].types[0], Remedy: "check its spelling"}
		}
		m, known := find(cloud, name, r)
		if !known {
			continue
		}
		if !m.covers(r) {
			return Choice{}, &Refusal{
				Found:   m.String(),
				Allowed: "at least what the pool asks for: " + r.String(),
				Remedy:  "name a type that covers it, or ask for what the type has",
			}
		}
		if first != nil && (m.cpu != first.cpu || m.memoryGi != first.memoryGi) {
			return Choice{}, &Refusal{
				Found:   fmt.Sprintf("%s beside %s", m, first),
				Allowed: "types of the same CPU and memory, as the autoscaler sizes the pool by one of them",
				Remedy:  "keep types of one size",
			}
		}
		if first == nil {
			first = &m
		}
	}
	if first == nil {
		return Choice{Types: r.Types, CPU: r.CPU, Memory: r.Memory, GPU: r.GPU, GPUs: r.GPUs, Zones: where.Zones}, nil
	}
	choice := first.choice(where)
	choice.Types = r.Types
	if len(choice.Zones) == 0 {
		choice.Zones = where.Zones
	}
	return choice, nil
}

// find returns the catalogue's machine of a type; of a type that comes with several counts of GPUs (n1 on gcp) the one
// that the request means.
func find(cloud, name string, r Request) (machine, bool) {
	var found machine
	ok := false
	for _, m := range catalogue()[cloud] {
		if slices.Contains(m.types, name) && (!ok || m.covers(r)) {
			m.types = []string{name}
			found, ok = m, true
		}
	}
	return found, ok
}
