package build

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/plinth-iac/plinth/local/dirs"
)

var requirement = regexp.MustCompile(`(?m)^\s*(?:require\s+)?([a-z0-9.-]+\.[a-z]+/\S+)\s+(v[0-9]\S*)`)

// readModules returns the versions that the two modules ask for, by module path.
func readModules(d dirs.Dirs) (map[string]string, error) {
	versions := map[string]string{}
	for _, file := range []string{"go.mod", filepath.Join("local", "go.mod")} {
		text, err := os.ReadFile(filepath.Join(d.Project, file))
		if err != nil {
			return nil, fmt.Errorf("reading the module versions: %w; is the checkout complete? `git status` tells", err)
		}
		for _, m := range requirement.FindAllStringSubmatch(string(text), -1) {
			versions[m[1]] = m[2]
		}
	}
	for _, needed := range []string{
		"github.com/pulumi/pulumi/sdk/v3", "k8s.io/kubernetes",
		"github.com/pulumi/pulumi-kubernetes/sdk/v4", "github.com/pulumi/pulumi-random/sdk/v4",
	} {
		if versions[needed] == "" {
			return nil, fmt.Errorf("neither go.mod nor local/go.mod requires %s; restore them with `git checkout -- go.mod local/go.mod`", needed)
		}
	}
	return versions, nil
}
