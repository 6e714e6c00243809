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

// prefix of Plinth's keys in a stack file.
const prefix = "plinth:"

// ReadFile understands a stack file without Pulumi, with the defaults of the Pulumi.yaml beside it, if any. Encrypted values
// stay encrypted. The error is of the file itself: unreadable, or not YAML.
func ReadFile(path, stack string, opts ...Option) (*Config, *spec.Problems, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the stack file: %w", err)
	}
	values, err := decodeFile(b)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the stack file %s: %w", path, err)
	}
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
	return cfg, problems, nil
}

// decodeFile returns Plinth's values of a stack file, by key without the prefix.
func decodeFile(b []byte) (map[string]any, error) {
	var file struct {
		Config map[string]any `json:"config"`
	}
	b, err := yaml.YAMLToJSONStrict(b)
	if err != nil {
		return nil, err
	}
	// Numbers stay as they are written: 0.10 cores is no float.
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	if err := decoder.Decode(&file); err != nil {
		return nil, err
	}
	values := map[string]any{}
	for key, value := range file.Config {
		if name, ours := strings.CutPrefix(key, prefix); ours {
			values[name] = value
		}
	}
	return values, nil
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
