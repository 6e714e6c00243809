package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/plinth-iac/plinth/components/spec"
)

// ReadFile understands a stack file without Pulumi, with the defaults of the Pulumi.yaml beside it, if any. Encrypted values
// stay encrypted. A file of another form than Pulumi's, such as one with a second document, is among the problems: a program under
// Pulumi never sees the file, so it is refused here alone. The error is of the file itself: unreadable, or not YAML.
func ReadFile(path, stack string, opts ...Option) (*Config, *spec.Problems, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the stack file: %w", err)
	}
	mistakes := &spec.Problems{}
	all, err := decodeFile(b, mistakes)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the stack file %s: %w", path, err)
	}
	if all == nil {
		return &Config{}, mistakes, nil
	}
	values := ownValues(all, mistakes)
	defaults, err := projectDefaults(filepath.Join(filepath.Dir(path), "Pulumi.yaml"))
	if err != nil {
		return nil, nil, err
	}
	for key, value := range defaults {
		if _, said := values[key]; !said {
			values[key] = value
		}
	}
	cfg, problems := Parse(stack, values, opts...)
	problems.Errors = precede(mistakes.Errors, problems.Errors)
	return cfg, problems, nil
}

// decodeFile returns the config section of a stack file, by key, or nil where the file has none that could be read.
func decodeFile(b []byte, problems *spec.Problems) (map[string]any, error) {
	b, readable, err := checkForm(b, problems)
	if err != nil || !readable {
		return nil, err
	}
	if b, err = yaml.YAMLToJSONStrict(b); err != nil {
		return nil, err
	}
	var file struct {
		Config map[string]any `json:"config"`
	}
	// Numbers stay as they are written: 0.10 cores is no float.
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	if err := decoder.Decode(&file); err != nil {
		return nil, err
	}
	if file.Config == nil {
		return map[string]any{}, nil
	}
	return file.Config, nil
}

// projectDefaults returns what a project file says for every stack.
func projectDefaults(path string) (map[string]any, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the project file: %w", err)
	}
	var project struct {
		Config map[string]any `json:"config"`
	}
	if err := yaml.Unmarshal(b, &project); err != nil {
		return nil, fmt.Errorf("reading the project file %s: %w", path, err)
	}
	defaults := map[string]any{}
	for key, value := range project.Config {
		name := strings.TrimPrefix(key, prefix)
		if strings.Contains(name, ":") {
			continue
		}
		declared, isMap := value.(map[string]any)
		if !isMap {
			defaults[name] = value
		} else if said, ok := declared["value"]; ok {
			defaults[name] = said
		} else if said, ok := declared["default"]; ok {
			defaults[name] = said
		}
	}
	return defaults, nil
}
