package crds

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"
)

// Validate fails the test where its CustomResourceDefinition would refuse object or drop a part of it, or where there is no
// definition of its kind in ../shared/crds beside the project nor in one of the other folders named, such as a Go module's.
// Where ../shared/crds is not there, and no folder is named, the test is skipped.
func Validate(t testing.TB, object map[string]any, folders ...string) {
	t.Helper()
	shared := sharedFolder()
	if _, err := os.Stat(shared); errors.Is(err, fs.ErrNotExist) {
		if len(folders) == 0 {
			t.Skipf("there are no CustomResourceDefinitions in %s: custom resources are not checked", shared)
		}
	} else {
		folders = append(folders, shared)
	}

	kind := kindOf(object)
	definition, err := compiledOf(kind, folders)
	require.NoError(t, err)
	require.NoError(t, check(definition, object), "%s is not as its CustomResourceDefinition demands", kind)
}

// compiled are the definitions that a test asked for, by kind and folders: to read and compile some takes seconds.
var compiled sync.Map

func compiledOf(kind schema.GroupVersionKind, folders []string) (*jsonschema.Schema, error) {
	compile := sync.OnceValues(func() (*jsonschema.Schema, error) {
		structural, err := find(kind, folders)
		if err != nil {
			return nil, err
		}
		return compile(structural)
	})
	once, _ := compiled.LoadOrStore(fmt.Sprint(kind, folders), compile)
	return once.(func() (*jsonschema.Schema, error))()
}

func sharedFolder() string {
	_, here, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(here), "../../../shared/crds")
}

func kindOf(object map[string]any) schema.GroupVersionKind {
	version, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	return schema.FromAPIVersionAndKind(version, kind)
}

// definition is what we read of a CustomResourceDefinition.
type definition struct {
	Kind string `json:"kind"`
	Spec struct {
		Group string `json:"group"`
		Names struct {
			Kind string `json:"kind"`
		} `json:"names"`
		Versions []struct {
			Name   string `json:"name"`
			Served bool   `json:"served"`
			Schema struct {
				OpenAPIV3Schema map[string]any `json:"openAPIV3Schema"`
			} `json:"schema"`
		} `json:"versions"`
	} `json:"spec"`
}

var documentSeparator = regexp.MustCompile(`(?m)^---.*$`)

// find returns the structural schema of a kind, from the first of the folders that has a CustomResourceDefinition of it.
func find(kind schema.GroupVersionKind, folders []string) (map[string]any, error) {
	// Parsing all of the files takes seconds, and looking into their text none.
	mentionsKind := regexp.MustCompile(`(?m)^\s+kind: ["']?` + regexp.QuoteMeta(kind.Kind) + `["']?\s*$`)
	var found map[string]any
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".yaml") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil || !bytes.Contains(text, []byte(kind.Group)) {
				return err
			}
			for _, document := range documentSeparator.Split(string(text), -1) {
				if !mentionsKind.MatchString(document) {
					continue
				}
				if found, err = schemaIn(document, kind); err != nil {
					return fmt.Errorf("reading %s: %w", path, err)
				}
				if found != nil {
					return fs.SkipAll
				}
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("looking for the CustomResourceDefinition of %s in %s: %w", kind, folder, err)
		}
		if found != nil {
			return found, nil
		}
	}
	return nil, fmt.Errorf("no CustomResourceDefinition serves %s in %s: correct the apiVersion and kind, or name the folder that has it",
		kind, strings.Join(folders, ", "))
}

// schemaIn is nil where the document defines or serves something else.
func schemaIn(document string, kind schema.GroupVersionKind) (map[string]any, error) {
	var d definition
	if err := yaml.Unmarshal([]byte(document), &d); err != nil {
		return nil, err
	}
	if d.Kind != "CustomResourceDefinition" || d.Spec.Group != kind.Group || d.Spec.Names.Kind != kind.Kind {
		return nil, nil
	}
	for _, version := range d.Spec.Versions {
		if version.Name == kind.Version && version.Served {
			return version.Schema.OpenAPIV3Schema, nil
		}
	}
	return nil, nil
}

// compile makes a schema that refuses what an API server would refuse, or drop.
func compile(structural map[string]any) (*jsonschema.Schema, error) {
	const url = "definition.json"
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft4) // whose exclusiveMinimum is a yes or no, as OpenAPI's is
	compiler.AssertFormat()
	if err := compiler.AddResource(url, closed(structural, true)); err != nil {
		return nil, fmt.Errorf("reading the definition: %w", err)
	}
	schema, err := compiler.Compile(url)
	if err != nil {
		return nil, fmt.Errorf("reading the definition: %w", err)
	}
	return schema, nil
}

// check reports all that an API server would refuse of object, or drop from it.
func check(definition *jsonschema.Schema, object map[string]any) error {
	sent, err := json.Marshal(object)
	if err != nil {
		return fmt.Errorf("writing the object as JSON: %w", err)
	}
	received, err := jsonschema.UnmarshalJSON(bytes.NewReader(sent))
	if err != nil {
		return fmt.Errorf("reading the object as JSON: %w", err)
	}
	return errors.Join(definition.Validate(received), checkMetadata(object["metadata"]))
}
