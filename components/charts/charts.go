package charts

import (
	"strings"

	helm "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Chart is one pinned chart.
type Chart struct {
	// Name of the chart in its repository, and of its releases.
	Name string
	// Repository is the https address that has the chart's index.yaml, or the oci address that holds the chart by its name.
	Repository string
	// Version of the chart, as its repository writes it.
	Version string
}

// waitSeconds is how long a release may take to become ready: nodes that must start first take up to five minutes.
const waitSeconds = 900

// Release returns what installs the chart, from its own repository where mirror is empty. The caller adds namespace and values.
// A failed installation or upgrade is undone, so that the next one does not find the release in between.
func (c Chart) Release(mirror string) *helm.ReleaseArgs {
	args := &helm.ReleaseArgs{
		Name:       pulumi.String(c.Name),
		Chart:      pulumi.String(c.Address(mirror)),
		Version:    pulumi.String(c.Version),
		Atomic:     pulumi.Bool(true),
		MaxHistory: pulumi.Int(5),
		Timeout:    pulumi.Int(waitSeconds),
	}
	if base := c.base(mirror); isIndexed(base) {
		args.Chart = pulumi.String(c.Name)
		args.RepositoryOpts = &helm.RepositoryOptsArgs{Repo: pulumi.String(base)}
	}
	return args
}

// Address is where the chart is had: the path of its package in a folder, its oci reference, or the index of its repository.
func (c Chart) Address(mirror string) string {
	base := c.base(mirror)
	if folder, isFolder := strings.CutPrefix(base, "file://"); isFolder {
		return folder + "/" + c.Name + "-" + c.Version + ".tgz"
	}
	if isIndexed(base) {
		return base + "/index.yaml"
	}
	return base + "/" + c.Name
}

func (c Chart) base(mirror string) string {
	if mirror == "" {
		mirror = c.Repository
	}
	return strings.TrimSuffix(mirror, "/")
}

func isIndexed(base string) bool {
	return strings.HasPrefix(base, "https://") || strings.HasPrefix(base, "http://")
}
