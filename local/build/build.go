package build

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/plinth-iac/plinth/local/dirs"
	"github.com/plinth-iac/plinth/local/terminal"
)

// kubernetesFlags let the control plane call itself by the version of k8s.io/kubernetes in go.mod.
// Without them the API server says v0.0.0 and clients refuse it.
func kubernetesFlags(version string) string {
	flags := "-s -w"
	for _, pkg := range []string{"k8s.io/component-base/version", "k8s.io/client-go/pkg/version"} {
		flags += fmt.Sprintf(" -X %s.gitVersion=%s", pkg, version)
	}
	return flags
}

// Run brings .plinth/bin and the plugins up to date. Its errors say what to do.
func Run(ctx context.Context, d dirs.Dirs, out *terminal.Printer) error {
	modules, err := readModules(d)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(d.Bin, 0o755); err != nil {
		return fmt.Errorf("making %s: %w; free its disk or fix its owner", d.Bin, err)
	}

	pulumi, err := choosePulumi(ctx, d, modules["github.com/pulumi/pulumi/sdk/v3"], out)
	if err != nil {
		return err
	}
	targets := []target{
		{
			name: "kube", pkg: "./cmd/kube", why: "the embedded Kubernetes",
			ldflags: kubernetesFlags(modules["k8s.io/kubernetes"]),
		},
		{name: "plinth", pkg: "./cmd/plinth", why: "the command line", ldflags: "-s -w"},
	}
	if pulumi != nil {
		targets = append(targets, *pulumi)
	}
	if err := buildAll(ctx, d, targets, out); err != nil {
		return err
	}

	providers, standIns, err := chooseProviders(ctx, d, modules, out)
	if err != nil {
		return err
	}
	if err := buildAll(ctx, d, standIns, out); err != nil {
		return err
	}
	return errors.Join(linkProviders(d, providers), saveProviders(d, providers))
}
