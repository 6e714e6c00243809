package postgres

import (
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/operators"
)

// The ports of an instance's manager, which its operator and the other instances ask, and of the metrics of PgBouncer.
const (
	managerPort       = 8000
	poolerMetricsPort = 9127
)

// open lets the clients, the operator and the instances reach the instances, and these each other, the API server, by which they
// agree who is primary, and the storage of their backups.
func (c *haCluster) open() error {
	self := network.Peer{Namespace: c.args.NamespaceName, App: haApp, Ports: []int{port, managerPort}}
	to := []network.Peer{self, network.APIServer()}
	if c.backedUp() {
		to = append(to, network.CloudAPIs()...)
	}
	if _, err := network.Allow(c.ctx, c.builder.name, &network.Rules{
		Namespace: c.args.Namespace, App: haApp, Labels: c.labels(), Ports: []int{port}, From: c.args.Clients, To: to,
	}, c.parent); err != nil {
		return err
	}
	_, err := network.Allow(c.ctx, c.builder.name+"-instances", &network.Rules{
		Namespace: c.args.Namespace, App: haApp, Labels: c.labels(), Ports: self.Ports,
		From: []network.Peer{self, operators.PostgresOperator()},
	}, c.parent)
	return err
}
