package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pmezard/go-difflib/difflib"
	"github.com/stretchr/testify/require"
)

// most is how many lines of a difference are shown.
const most = 60

// Check fails the test where got is not what the file at path says, and shows where they part.
func Check(t testing.TB, path, got string) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run with UPDATE_GOLDEN=1 to make it")
	if string(want) != got {
		t.Errorf("%s differs (-said +made); where that is meant, run with UPDATE_GOLDEN=1 and review the file:\n%s", path, difference(t, string(want), got))
	}
}

func difference(t testing.TB, want, got string) string {
	diff, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{A: difflib.SplitLines(want), B: difflib.SplitLines(got), Context: 2})
	require.NoError(t, err)
	lines := strings.SplitAfter(diff, "\n")
	if len(lines) > most {
		lines = append(lines[:most], "... and more")
	}
	return strings.Join(lines, "")
}
