package config

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/plinth-iac/plinth/components/spec"
)

func (s Secrets) validate(path spec.Path, problems *spec.Problems) {
	for _, name := range slices.Sorted(maps.Keys(s.Values)) {
		at := path.Key("values").Key(name)
		problems.CheckName(at, name, 63)
		if len(s.Values[name]) == 0 {
			problems.Add(at, nil, "at least one key", "add a key, or remove the secret")
		}
		for _, key := range slices.Sorted(maps.Keys(s.Values[name])) {
			if len(validation.IsConfigMapKey(key)) > 0 {
				problems.Add(at.Key(key), key, "letters, digits, dashes, underscores and dots", "rename it")
			}
			s.Values[name][key].validate(at.Key(key), problems)
		}
	}
}

func (v SecretValue) validate(path spec.Path, problems *spec.Problems) {
	switch {
	case v.given && v.Generate > 0:
		problems.Add(path, nil, "an encrypted value or generate, not both", "remove one of the two")
	case !v.given && v.Generate == 0:
		problems.Add(path, nil, "an encrypted value or generate", "set it with pulumi config set --secret --path, or write {generate: 32}")
	case v.given && !v.encrypted && v.value == "":
		problems.Add(path, nil, "a value that is not empty", "set it with pulumi config set --secret --path")
	}
}

// refusePlain reports every secret that the file shows to whoever reads it.
func (s Secrets) refusePlain(problems *spec.Problems) {
	for _, name := range slices.Sorted(maps.Keys(s.Values)) {
		for _, key := range slices.Sorted(maps.Keys(s.Values[name])) {
			if v := s.Values[name][key]; v.given && !v.encrypted && v.value != "" {
				problems.Add(spec.Path("secrets.values").Key(name).Key(key), nil, "an encrypted value, or {generate: <length>}",
					"change the secret, since it was readable, and set it with pulumi config set --secret --path")
			}
		}
	}
}
