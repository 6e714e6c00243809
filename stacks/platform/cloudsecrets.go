package platform

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/externalsecrets"
	"github.com/plinth-iac/plinth/stacks/config"
)

// addCloudSecrets has each secret brought from the cloud's store to the namespaces that it is read in, and to no other.
func (p *platform) addCloudSecrets(ctx *pulumi.Context) error {
	namespaces := map[string]externalsecrets.Namespaced{}
	for in, keys := range p.secretKeys() {
		if len(keys) > 0 {
			namespaces[in] = externalsecrets.Namespaced{Name: p.namespaces[in], Secrets: keys}
		}
	}
	if len(namespaces) == 0 {
		return nil
	}
	made, err := externalsecrets.New(ctx, "secrets", &externalsecrets.Args{
		Present: !*p.cfg.Secrets.Install, Mirror: p.cfg.Charts, Services: p.cluster.Services, Replicas: p.replicas(),
		Prefix: p.cfg.Secrets.Prefix, Refresh: p.cfg.Secrets.Refresh, Namespaces: namespaces,
		Monitoring: p.monitoring,
	}, p.inCluster())
	if err != nil {
		return err
	}
	p.secrets = made.Names
	return nil
}

// rollOn is the annotation that names the Secrets whose changes roll a workload: those of the cloud change under their names.
func (p *platform) rollOn() string {
	if p.cfg.Secrets.Source != config.SourceCloud {
		return ""
	}
	return externalsecrets.ReloadAnnotation
}
