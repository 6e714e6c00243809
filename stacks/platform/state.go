package platform

import (
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/gateway"
	"github.com/plinth-iac/plinth/components/monitoring"
	"github.com/plinth-iac/plinth/stacks/config"
)

// platform is what later steps of the composition need of earlier ones.
type platform struct {
	cfg        *config.Config
	clouds     Clouds
	cluster    *cluster.Cluster
	random     *random.Provider
	namespaces map[string]pulumi.StringOutput
	// secrets are the names of Kubernetes Secrets, by namespace and secret.
	secrets     map[string]map[string]pulumi.StringOutput
	connections map[string]connection.Connection
	priorities  pulumi.Resource
	// services that are made, by name.
	services map[string]bool
	// skipped are the services that are asked for and left out, by name.
	skipped []string
	// gateway that workloads are published through; nil where there is none.
	gateway *gateway.Gateway
	// certManager is what certificates depend on; nil where there is no cert-manager.
	certManager []pulumi.Resource
	// monitoring is what brings Prometheus' kinds, on which what is scraped and watched depends; nil where there is no monitoring.
	monitoring []pulumi.Resource
	// watch is what watches the cluster; nil where there is no monitoring.
	watch *monitoring.Monitoring
	// autoscaler is what scaling on queues and schedules depends on; nil where there is no KEDA.
	autoscaler []pulumi.Resource
	// recommender is what recommendations depend on; nil where there are none.
	recommender []pulumi.Resource
}

// keepData tells whether disks outlive a destroy.
func (p *platform) keepData() bool { return p.cfg.Protected() }

// spreadZones are how many zones prod's data services must be spread over; 0 where that is not required.
func (p *platform) spreadZones() int {
	if p.cfg.Environment != config.Prod || p.cfg.Cluster.Zones < 2 {
		return 0
	}
	return p.cfg.Cluster.Zones
}

// inCluster are the options of whatever is installed in the cluster.
func (p *platform) inCluster() pulumi.ResourceOption {
	return pulumi.Composite(pulumi.Provider(p.cluster.Provider), pulumi.DependsOn(p.cluster.Ready))
}

// runsPods are the options of whatever runs pods: their priority classes have to be there first.
func (p *platform) runsPods() pulumi.ResourceOption {
	return pulumi.Composite(p.inCluster(), pulumi.DependsOn([]pulumi.Resource{p.priorities}))
}
