package platform

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/secrets"
	"github.com/plinth-iac/plinth/stacks/config"
)

// addSecrets brings each secret to the namespaces that it is read in, and to no other.
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
	for in, keys := range p.secretKeys() {
		namespaces[in] = secrets.Namespace{Name: p.namespaces[in], Secrets: slices.Sorted(maps.Keys(keys))}
	}

	made, err := secrets.New(ctx, "secrets", &secrets.Args{Values: values, Namespaces: namespaces, Random: p.random},
		p.inCluster())
	if err != nil {
		return err
	}
	p.secrets = made.Names
	return nil
}

// secretKeys are the keys that are read, sorted, by namespace and secret. A namespace that is not made reads nothing.
func (p *platform) secretKeys() map[string]map[string][]string {
	all := map[string]map[string][]string{}
	for in, refs := range p.cfg.SecretReaders() {
		if _, made := p.namespaces[in]; !made {
			continue
		}
		all[in] = map[string][]string{}
		for _, ref := range refs {
			keys := append(all[in][ref.Name], ref.Key)
			slices.Sort(keys)
			all[in][ref.Name] = slices.Compact(keys)
		}
	}
	return all
}
