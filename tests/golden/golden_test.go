package golden_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/tests/golden"
)

// failing is a test that notes its failure.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Errorf(format string, args ...any) { f.said += fmt.Sprintf(format, args...) }

func TestCheck(t *testing.T) {
	t.Setenv("UPDATE_GOLDEN", "")
	path := filepath.Join(t.TempDir(), "said.txt")
	said := strings.Repeat("same\n", 100) + "old\n"
	require.NoError(t, os.WriteFile(path, []byte(said), 0o600))

	f := &failing{TB: t}
	golden.Check(f, path, said)
	assert.Empty(t, f.said)

	golden.Check(f, path, strings.Repeat("same\n", 100)+"new\n")
	assert.Contains(t, f.said, path)
	assert.Contains(t, f.said, "old")
	assert.Contains(t, f.said, "new")
	assert.Less(t, strings.Count(f.said, "same"), 20, "only where they part")

	f.said = ""
	golden.Check(f, path, strings.Repeat("other\n", 100))
	assert.Contains(t, f.said, "... and more")
}

func TestUpdate(t *testing.T) {
	t.Setenv("UPDATE_GOLDEN", "1")
	path := filepath.Join(t.TempDir(), "new", "said.txt")
	golden.Check(t, path, "text")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "text", string(text))
}
