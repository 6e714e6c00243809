package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/plinth-iac/plinth/components/spec"
)

// prefix of Plinth's keys in a stack file.
const prefix = "plinth:"

// ownValues returns Plinth's values of a stack's config, by key without the prefix. A key whose prefix is misspelt is reported, and
// then taken for what was meant, so that the rest of the file is checked as it was meant, too.
func ownValues(all map[string]any, problems *spec.Problems) map[string]any {
	values := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if name, ours := strings.CutPrefix(key, prefix); ours {
			values[name] = all[key]
		}
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		name := meantFor(key)
		if name == "" {
			continue
		}
		refuse(problems, "the key "+key, "plinth:"+name+", or the keys of other Pulumi packages", "did you mean plinth:"+name+"?")
		if _, said := values[name]; !said {
			values[name] = all[key]
		}
	}
	return values
}

// meantFor is the key of Plinth's that one with a misspelt prefix, or with none, was meant for, or else empty.
func meantFor(key string) string {
	namespace, name, found := strings.Cut(key, ":")
	if !found {
		namespace, name = "", key
	}
	ours := strings.TrimSuffix(prefix, ":")
	if namespace != ours && loadShape().known(name) && (namespace == "" || spec.Nearest(namespace, []string{ours}) != "") {
		return name
	}
	return ""
}

// precede lists what is wrong with the keys, and then what else is wrong that does not follow from it.
func precede(keys, others []spec.Problem) []spec.Problem {
	all := slices.Clone(keys)
	for _, p := range others {
		if !follows(p, keys) {
			all = append(all, p)
		}
	}
	return all
}
