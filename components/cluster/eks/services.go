package eks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/managed"
)

// services are what aws offers to the workloads of the cluster.
type services struct {
	*builder

	keys    *keys
	account pulumi.StringOutput
	managed managed.Services
}

var _ cluster.Services = (*services)(nil)

// Registry implements cluster.Services. Below it are the repositories of args.Repositories, and no others.
func (s *services) Registry() pulumi.StringOutput {
	return pulumi.Sprintf("%s.dkr.ecr.%s.amazonaws.com/%s", s.account, s.args.Region, s.eksName)
}

// SecretStore implements cluster.Services.
func (s *services) SecretStore() cluster.SecretStore {
	return cluster.SecretStore{Provider: "aws", Spec: pulumi.Map{
		"service": pulumi.String("SecretsManager"), "region": pulumi.String(s.args.Region),
	}}
}
