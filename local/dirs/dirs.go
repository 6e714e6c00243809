// Package dirs knows where a checkout keeps what runs on a laptop: everything is below .plinth,
// which git ignores, so that deleting that one folder (after `make down`) forgets it all.
//
//	d, err := dirs.Find("")     // the checkout around the working directory
//	d.Bin("kube")               // <checkout>/.plinth/bin/kube
package dirs

import (
	"fmt"
	"os"
	"path/filepath"
)

// Dirs is a checkout of Plinth, by its absolute path.
type Dirs string

// Find returns the checkout that holds dir, or the working directory where dir is empty: the
// nearest folder upwards with a Pulumi.yaml and a local/go.mod.
func Find(dir string) (Dirs, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for at := start; ; at = filepath.Dir(at) {
		if exists(filepath.Join(at, "Pulumi.yaml")) && exists(filepath.Join(at, "local", "go.mod")) {
			return Dirs(at), nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("no Plinth checkout at or above %s: a folder with Pulumi.yaml and local/go.mod is "+
				"looked for; change to your checkout, or name it with --dir", start)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (d Dirs) in(parts ...string) string {
	return filepath.Join(append([]string{string(d), ".plinth"}, parts...)...)
}

// Root is the folder everything is below.
func (d Dirs) Root() string { return d.in() }

// Bin is a binary built for, or linked into, this checkout.
func (d Dirs) Bin(name string) string { return d.in("bin", name) }

// PulumiHome holds the plugins that the engine runs.
func (d Dirs) PulumiHome() string { return d.in("pulumi") }

// Plugin is where the engine looks for a resource plugin of a version ("4.33.0").
func (d Dirs) Plugin(name, version string) string {
	return d.in("pulumi", "plugins", "resource-"+name+"-v"+version, "pulumi-resource-"+name)
}

// Providers records which resource plugins serve, and why.
func (d Dirs) Providers() string { return d.in("providers.json") }

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
	return filepath.Join(string(d), "Pulumi."+stack+".yaml")
}

// ProjectFile is the user's own Pulumi.yaml. It is read, never written.
func (d Dirs) ProjectFile() string { return filepath.Join(string(d), "Pulumi.yaml") }
