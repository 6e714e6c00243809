package config

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/plinth-iac/plinth/components/spec"
)

//go:embed presets/*.yaml
var presetFiles embed.FS

// environments are those that have a preset.
var environments = []Environment{Dev, Stage, Prod}

// loadPresets reads the presets once. They are part of the program, so a failure is a mistake in the program.
var loadPresets = sync.OnceValue(func() map[Environment]map[string]any {
	presets := map[Environment]map[string]any{}
	for _, env := range environments {
		b, err := presetFiles.ReadFile("presets/" + string(env) + ".yaml")
		if err != nil {
			panic(fmt.Errorf("reading the embedded preset: %w", err))
		}
		problems := &spec.Problems{}
		all, err := decodeFile(b, problems)
		if err := errors.Join(err, problems.Err()); err != nil {
			panic(fmt.Errorf("reading the embedded preset %s: %w", env, err))
		}
		presets[env] = ownValues(all, problems)
	}
	return presets
})

// wholeMaps are the mappings whose names are the user's own: given at all, they replace the preset's.
var wholeMaps = [][]string{{"cluster", "pools"}, {"workloads"}, {"secrets", "values"}}

// optional are the services that a stack has only where its file asks for them; the preset then says how big.
var optional = []string{"postgres", "redis", "rabbitmq"}

// underlay lays a file over the preset of its environment: mappings merge, anything else replaces.
func underlay(env Environment, file map[string]any) map[string]any {
	preset := merge(nil, loadPresets()[env])
	for _, service := range optional {
		if _, asked := file[service]; !asked {
			delete(preset, service)
		}
	}
	for _, location := range wholeMaps {
		if parent, ok := lookup(preset, location[:len(location)-1]).(map[string]any); ok && lookup(file, location) != nil {
			parent = merge(nil, parent)
			delete(parent, location[len(location)-1])
			if len(location) > 1 {
				preset[location[0]] = parent
			}
		}
	}
	return merge(preset, file)
}

// environmentOf is what the file says, or else the stack's name, and whether that is an environment.
func environmentOf(stack string, values map[string]any) (Environment, bool) {
	name := stack
	if said, ok := values["environment"].(string); ok {
		name = said
	}
	env := Environment(name)
	return env, slices.Contains(environments, env)
}
