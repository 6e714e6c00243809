package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path"
	"strings"
)

// azureSDKs are the modules of azure-native that the project does not depend on, as each resource of theirs is registered by its token.
var azureSDKs = map[string]string{"compute": "v2.92.0", "insights": "v2.90.0"}

// source is the Go package of a resource.
type source struct {
	module, version string
	// dir is the package's folder, and name the beginning of its types' names in the table.
	dir, name string
}

// find returns where the Go SDK of a token's package is.
func find(token string) (source, error) {
	parts := strings.Split(token, ":")
	if len(parts) != 3 {
		return source{}, fmt.Errorf("no token such as aws:eks/cluster:Cluster")
	}
	pkg, folder := parts[0], parts[1]
	switch pkg {
	case "aws":
		return in("github.com/pulumi/pulumi-aws/sdk/v6", "", "go/aws/"+path.Dir(folder))
	case "gcp":
		return in("github.com/pulumi/pulumi-gcp/sdk/v7", "", "go/gcp/"+path.Dir(folder))
	case "azure-native":
		service, version, _ := strings.Cut(folder, "/")
		return in("github.com/pulumi/pulumi-azure-native-sdk/"+service+"/v2", azureSDKs[service], version)
	}
	return source{}, fmt.Errorf("no SDK of package %s is known", pkg)
}

// in finds a folder of a module: of go.mod's version, or of the one given where the project does not depend on it.
func in(module, version, folder string) (source, error) {
	command := exec.Command("go", "list", "-m", "-json", module)
	if version != "" {
		command = exec.Command("go", "mod", "download", "-json", module+"@"+version)
	}
	text, err := command.Output()
	if err != nil {
		return source{}, fmt.Errorf("%s: %w", command, err)
	}
	var found struct{ Version, Dir string }
	if err := json.Unmarshal(text, &found); err != nil {
		return source{}, fmt.Errorf("%s: %w", command, err)
	}
	name := path.Join(strings.TrimPrefix(module, "github.com/pulumi/"), folder) + "."
	return source{module: module, version: found.Version, dir: path.Join(found.Dir, folder), name: name}, nil
}
