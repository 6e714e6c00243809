package stacks

import (
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/secrets"
	"github.com/plinth-iac/plinth/stacks/config"
)

// platform is what later steps of the composition need of earlier ones.
type platform struct {
	cfg         *config.Config
	cluster     *cluster.Cluster
	random      *random.Provider
	namespaces  map[string]pulumi.StringOutput
	secrets     *secrets.Secrets
	connections map[string]connection.Connection
}

// keepData tells whether disks outlive a destroy unless the team says otherwise.
func (p *platform) keepData() bool { return p.cfg.Environment == config.Prod }
