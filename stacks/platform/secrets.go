package platform

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/secrets"
	"github.com/plinth-iac/plinth/components/workload"
	"github.com/plinth-iac/plinth/stacks/config"
)

// addSecrets brings each secret to the namespaces whose workloads read it, and to no other.
func (p *platform) addSecrets(ctx *pulumi.Context) error {
	if p.cfg.Secrets.Source == config.SourceCloud {
		return p.addCloudSecrets(ctx)
	}
	if len(p.cfg.Secrets.Values) == 0 {
		return nil
	}
	values := map[string]map[string]secrets.Value{}
	for name, keys := range p.cfg.Secrets.Values {
		values[name] = map[string]secrets.Value{}
		for key, value := range keys {
			if value.Generate > 0 {
				values[name][key] = secrets.Value{Generate: value.Generate}
			} else {
				values[name][key] = secrets.Value{Given: value.Output()}
			}
		}
	}
	namespaces := map[string]secrets.Namespace{}
	for _, w := range p.cfg.Workloads {
		ns := namespaces[w.Namespace]
		ns.Name = p.namespaces[w.Namespace]
		ns.Secrets = append(ns.Secrets, secretsOf(w)...)
		slices.Sort(ns.Secrets)
		ns.Secrets = slices.Compact(ns.Secrets)
		namespaces[w.Namespace] = ns
	}

	made, err := secrets.New(ctx, "secrets", &secrets.Args{Values: values, Namespaces: namespaces, Random: p.random},
		p.inCluster())
	if err != nil {
		return err
	}
	p.secrets = made.Names
	return nil
}

// secretsOf lists the secrets that a workload reads.
func secretsOf(w workload.Spec) []string {
	var names []string
	for _, ref := range w.Secrets {
		names = append(names, ref.Name)
	}
	for _, ref := range w.SecretFiles {
		names = append(names, ref.Name)
	}
	return names
}
