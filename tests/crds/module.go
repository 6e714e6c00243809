package crds

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// KEDA is the folder of KEDA's own definitions, in its Go module: no program here is built with it. Where the module cannot be had the
// test is skipped.
func KEDA(t testing.TB) string {
	t.Helper()
	return filepath.Join(module(t, "github.com/kedacore/keda/v2@v2.21.0"), "config", "crd", "bases")
}

// module is the folder of a module in Go's cache, after a download if it is not there.
func module(t testing.TB, version string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", version).Output()
	if err != nil {
		t.Skipf("the module %s cannot be had, nor the definitions in it: %v: %s", version, err, out)
	}
	var downloaded struct{ Dir string }
	require.NoError(t, json.Unmarshal(out, &downloaded))
	return downloaded.Dir
}
