package config

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/spec"
)

// Load reads the stack file of the running Pulumi program. Its error is a *spec.Error with every mistake in the file; warnings
// are logged. Unknown keys are seen where the program runs under Pulumi's language host; an inline program of the Automation
// API cannot list its keys, so its caller uses ReadFile first.
func Load(ctx *pulumi.Context, opts ...Option) (*Config, error) {
	values, mistakes := map[string]any{}, &spec.Problems{}
	for _, key := range configKeys() {
		value, said := ctx.GetConfig(prefix + key)
		if !said {
			continue
		}
		values[key] = value
		if !ctx.IsConfigSecret(prefix + key) {
			continue
		}
		if key != "secrets" {
			delete(values, key)
			mistakes.Add(spec.Path(key), nil, "encrypted values only under secrets", "set it without --secret, and put what is secret under plinth:secrets")
			continue
		}
		opts = append(opts, decrypted())
	}
	cfg, problems := Parse(ctx.Stack(), values, opts...)
	for _, p := range problems.Errors {
		if !follows(p, mistakes.Errors) {
			mistakes.Errors = append(mistakes.Errors, p)
		}
	}
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

// configKeys lists the keys to look for: those that a stack file may have, and every other of Plinth's namespace that the
// language host hands over.
func configKeys() []string {
	keys := loadShape().keys()
	var given map[string]json.RawMessage
	if err := json.Unmarshal([]byte(os.Getenv(pulumi.EnvConfig)), &given); err != nil {
		return keys
	}
	for key := range given {
		if name, ours := strings.CutPrefix(key, prefix); ours && !loadShape().known(name) {
			keys = append(keys, name)
		}
	}
	return keys
}
