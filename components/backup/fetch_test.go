package backup

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rclone stands in for the real one: it lists the files of a folder, and copies one.
const rclone = `#!/bin/sh
verb=$1
shift
while case "$1" in --*) ;; *) false ;; esac do shift; done
case "$verb" in
lsf) ls "$1" ;;
copyto) cp "$1" "$2" ;;
esac
`

func TestFetch(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		files            []string
		notAfter, unless string
		want             string // content of the file fetched
		complaint        string
	}{
		"the last":           {[]string{"2026-01-02.dump", "2026-01-10.dump", "2026-01-09.dump"}, "", "", "2026-01-10.dump", ""},
		"the last before":    {[]string{"2026-01-02.dump", "2026-01-10.dump"}, "2026-01-09.dump", "", "2026-01-02.dump", ""},
		"the very one":       {[]string{"2026-01-02.dump", "2026-01-10.dump"}, "2026-01-10.dump", "", "2026-01-10.dump", ""},
		"names like numbers": {[]string{"9", "10"}, "9", "", "9", ""},
		"none that old":      {[]string{"2026-01-02.dump"}, "2025-12-31.dump", "", "", "There are:\n2026-01-02.dump"},
		"none at all":        {nil, "", "", "", "No backup in"},
		"done already":       {[]string{"2026-01-02.dump"}, "", "done", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, folder := range []string{"bin", "bucket"} {
				require.NoError(t, os.Mkdir(filepath.Join(dir, folder), 0o755))
			}
			require.NoError(t, os.WriteFile(filepath.Join(dir, "bin/rclone"), []byte(rclone), 0o755))
			for _, file := range test.files {
				require.NoError(t, os.WriteFile(filepath.Join(dir, "bucket", file), []byte(file), 0o644))
			}
			if test.unless != "" {
				require.NoError(t, os.WriteFile(filepath.Join(dir, test.unless), nil, 0o644))
			}
			command := exec.CommandContext(t.Context(), "sh", "-c", fetch)
			command.Env = []string{
				"PATH=" + filepath.Join(dir, "bin") + ":" + os.Getenv("PATH"), "FROM=" + filepath.Join(dir, "bucket"),
				"TO=" + filepath.Join(dir, "fetched"), "NOT_AFTER=" + test.notAfter, "UNLESS=" + filepath.Join(dir, "done"),
			}
			said, err := command.CombinedOutput()
			if test.complaint != "" {
				require.Error(t, err)
				assert.Contains(t, string(said), test.complaint)
				return
			}
			require.NoError(t, err, strings.TrimSpace(string(said)))
			got, err := os.ReadFile(filepath.Join(dir, "fetched"))
			if test.want == "" {
				assert.ErrorIs(t, err, os.ErrNotExist)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.want, string(got))
		})
	}
}
