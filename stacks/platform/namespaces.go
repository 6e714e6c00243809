package platform

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/namespace"
)

// addNamespaces makes the namespaces of the workloads, and the data services' own.
func (p *platform) addNamespaces(ctx *pulumi.Context) error {
	p.namespaces = map[string]pulumi.StringOutput{}
	for _, name := range p.cfg.Namespaces() {
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
