package mocks

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/plinth-iac/plinth/tests/golden"
)

// Golden compares everything that was registered, but for the providers, with a file of YAML documents under testdata.
// Where it differs and is meant to, run the test with UPDATE_GOLDEN=1 and read the change in review.
func Golden(t testing.TB, rec *Recording, file string) {
	t.Helper()
	var text strings.Builder
	for _, res := range rec.Resources() {
		if isProvider(res) {
			continue
		}
		document, err := yaml.Marshal(res.golden())
		require.NoError(t, err)
		text.WriteString("# " + res.Type + " " + res.Name + "\n" + string(document) + "---\n")
	}
	golden.Check(t, filepath.Join("testdata", file), text.String())
}

// golden shows inputs and the options that are set.
func (res *Resource) golden() map[string]any {
	shown := map[string]any{}
	for name, set := range map[string]bool{
		"protect": res.Protect, "retainOnDelete": res.RetainOnDelete, "deleteBeforeReplace": res.DeleteBeforeReplace,
	} {
		if set {
			shown[name] = true
		}
	}
	if len(res.IgnoreChanges) > 0 {
		shown["ignoreChanges"] = res.IgnoreChanges
	}
	if res.Timeouts != (Timeouts{}) {
		shown["timeouts"] = res.Timeouts
	}
	if len(res.Inputs) > 0 {
		shown["inputs"] = res.Inputs
	}
	if len(res.Outputs) > 0 {
		shown["outputs"] = res.Outputs
	}
	return shown
}
