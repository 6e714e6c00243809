// Package dirs knows where a checkout keeps what runs on a laptop: everything is below .plinth,
// which git ignores, so that deleting that one folder (after `make down`) forgets it all.
//
//	d, err := dirs.Find("")     // the checkout around the working directory
//	d.Binary("kube")            // <checkout>/.plinth/bin/kube
package dirs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Dirs are the folders of one project and of the binaries that serve it, both absolute.
type Dirs struct {
	// Project holds Pulumi.yaml and the stack files. What runs is kept below its .plinth.
	Project string
	// Bin holds the built binaries. The engine's plugins are beside it.
	Bin string
}

// Find returns the project that dir is in (empty: the working directory), which is the nearest folder upwards with a
// Pulumi.yaml. Its binaries are its own where it has any, else those beside the running executable.
func Find(dir string) (Dirs, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return Dirs{}, err
	}
	for at := start; ; at = filepath.Dir(at) {
		if exists(filepath.Join(at, "Pulumi.yaml")) {
			return Dirs{Project: at, Bin: binaries(at)}, nil
		}
		if at == filepath.Dir(at) {
			return Dirs{}, fmt.Errorf("there is no Pulumi.yaml in %s or above it; change to your checkout of Plinth, or name it with --dir", start)
		}
	}
}

func binaries(project string) string {
	own := filepath.Join(project, ".plinth", "bin")
	if exists(filepath.Join(own, "kube")) {
		return own
	}
	if executable, err := os.Executable(); err == nil && exists(filepath.Join(filepath.Dir(executable), "kube")) {
		return filepath.Dir(executable)
	}
	return own
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (d Dirs) in(parts ...string) string {
	return filepath.Join(append([]string{d.Project, ".plinth"}, parts...)...)
}

// Root is the folder that the project's state is below.
func (d Dirs) Root() string { return d.in() }

// Binary is a built, or linked, binary.
func (d Dirs) Binary(name string) string { return filepath.Join(d.Bin, name) }

// PulumiHome holds the plugins that the engine runs.
func (d Dirs) PulumiHome() string { return filepath.Join(filepath.Dir(d.Bin), "pulumi") }

// Plugin is where the engine looks for a resource plugin of a version ("4.33.0").
func (d Dirs) Plugin(name, version string) string {
	return filepath.Join(d.PulumiHome(), "plugins", "resource-"+name+"-v"+version, "pulumi-resource-"+name)
}

// Providers records which resource plugins serve, and why.
func (d Dirs) Providers() string { return filepath.Join(filepath.Dir(d.Bin), "providers.json") }

// State is the Pulumi file backend.
func (d Dirs) State() string { return d.in("state") }

// Passphrase is the file that state secrets are encrypted with, readable by its owner only.
func (d Dirs) Passphrase() string { return d.in("passphrase") }

// Work is the folder a stack's engine runs in, with the stack file derived for the laptop.
func (d Dirs) Work(stack string) string { return d.in("work", stack) }

// Cluster is the folder of a stack's embedded Kubernetes.
func (d Dirs) Cluster(stack string) string { return d.in("clusters", stack) }

// StackFile is the user's own file of a stack. It is read, never written.
func (d Dirs) StackFile(stack string) string {
	return filepath.Join(d.Project, "Pulumi."+stack+".yaml")
}

// ProjectFile is the user's own Pulumi.yaml. It is read, never written.
func (d Dirs) ProjectFile() string { return filepath.Join(d.Project, "Pulumi.yaml") }

// Stacks names the project's stacks, for people who mistyped one.
func (d Dirs) Stacks() string {
	files, _ := filepath.Glob(d.StackFile("*")) // The pattern is well formed.
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "Pulumi."), ".yaml"))
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
