package platform

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/namespace"
)

// addNamespaces makes the namespaces of the workloads, and the data services' own.
func (p *platform) addNamespaces(ctx *pulumi.Context) error {
	names := map[string]bool{}
	for _, w := range p.cfg.Workloads {
		names[w.Namespace] = true
	}
	if p.hasData() {
		names[dataNamespace] = true
	}

	p.namespaces = map[string]pulumi.StringOutput{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		ns, err := namespace.New(ctx, name, &namespace.Args{Name: name}, p.inCluster(),
			// With a namespace go the claims in it, however well they are protected themselves.
			pulumi.Protect(p.keepData()))
		if err != nil {
			return err
		}
		p.namespaces[name] = ns.Name
	}
	return nil
}
