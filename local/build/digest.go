package build

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/plinth-iac/plinth/local/dirs"
)

// digestSources identifies everything of this checkout that a binary is made of: the Go files of both modules (tests
// apart), what they embed, and the module versions.
// go build would find out too, but takes two seconds per binary to read the graph of Kubernetes.
func digestSources(d dirs.Dirs) (string, error) {
	sum := sha256.New()
	err := filepath.WalkDir(d.Project, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(d.Project, path)
		if entry.IsDir() {
			if strings.HasPrefix(entry.Name(), ".") && rel != "." || rel == "tests" || rel == "tools" || rel == "docs" || entry.Name() == "testdata" {
				return filepath.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() || strings.HasSuffix(rel, "_test.go") || !isSource(rel) {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", rel, len(text))
		sum.Write(text)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("reading the sources: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// isSource leaves out what lies at the top of a checkout and is no code, such as the stack files.
func isSource(rel string) bool {
	return strings.ContainsRune(rel, filepath.Separator) || strings.HasSuffix(rel, ".go") || rel == "go.mod" || rel == "go.sum"
}

func (t target) stamp(sources string) string {
	return strings.Join([]string{sources, runtime.Version(), t.pkg, t.ldflags}, "\n")
}
