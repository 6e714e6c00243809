package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/spec"
)

// Load reads the stack file of the running Pulumi program. Its error is a *spec.Error with every mistake in the file; warnings
// are logged. Unknown keys, and ours under a misspelt prefix, are seen where the program runs under Pulumi's language host; an inline
// program of the Automation API cannot list its keys, so its caller uses ReadFile first.
func Load(ctx *pulumi.Context, opts ...Option) (*Config, error) {
	all, encrypted := map[string]any{}, map[string]any{}
	for _, key := range configKeys() {
		if value, said := ctx.GetConfig(key); said && ctx.IsConfigSecret(key) {
			encrypted[key] = value
		} else if said {
			all[key] = value
		}
	}
	mistakes := &spec.Problems{}
	values := ownValues(all, mistakes)
	secrets := ownValues(encrypted, mistakes)
	for _, key := range slices.Sorted(maps.Keys(secrets)) {
		if key != "secrets" {
			mistakes.Add(spec.Path(key), nil, "encrypted values only under secrets", "set it without --secret, and put what is secret under plinth:secrets")
			continue
		}
		values[key] = secrets[key]
		opts = append(opts, decrypted())
	}
	cfg, problems := Parse(ctx.Stack(), values, opts...)
	mistakes.Errors = precede(mistakes.Errors, problems.Errors)
	if err := mistakes.Err(); err != nil {
		return nil, err
	}
	for _, w := range problems.Warnings {
		if err := ctx.Log.Warn(w.String(), nil); err != nil {
			return nil, fmt.Errorf("logging a warning about the stack file: %w", err)
		}
	}
	return cfg, nil
}

// configKeys lists the keys to look for: those that a stack file may have, and every other that the language host hands over.
func configKeys() []string {
	keys := map[string]bool{}
	for _, name := range loadShape().keys() {
		keys[prefix+name] = true
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal([]byte(os.Getenv(pulumi.EnvConfig)), &given); err == nil {
		for key := range given {
			keys[key] = true
		}
	}
	return slices.Collect(maps.Keys(keys))
}
