package operators

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/network"
)

// RabbitMQArgs describe the operators of RabbitMQ. Their manifests set their own number of replicas, one each.
type RabbitMQArgs struct {
	Args

	// CertManager are the resources that the operators wait for: cert-manager makes the certificates of their webhooks. Not for
	// Simulated.
	CertManager []pulumi.Resource
}

// The names that the manifests give, those that the brokers' pods are labelled with, and ports.
const (
	// RabbitMQNamespace is both operators'.
	RabbitMQNamespace = "rabbitmq-system"

	clusterOperator  = "rabbitmq-cluster-operator"
	topologyOperator = "messaging-topology-operator"
	rabbitmqServers  = "rabbitmq-ha"

	managementPort = 15672
)

// RabbitMQOperators are the operators as the network policies of their brokers name them.
func RabbitMQOperators() []network.Peer {
	return []network.Peer{{Namespace: RabbitMQNamespace, App: clusterOperator}, {Namespace: RabbitMQNamespace, App: topologyOperator}}
}

// NewRabbitMQ registers the operator of brokers and that of what is declared on them, and returns what both depend on. It
// fails where a release manifest cannot be had.
func NewRabbitMQ(ctx *pulumi.Context, name string, args *RabbitMQArgs, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	rules := network.Rules{Open: []int{webhookPort}, To: []network.Peer{
		network.APIServer(),
		{Namespace: args.Data, App: rabbitmqServers, Ports: []int{managementPort}},
	}}
	opts = append(opts, pulumi.DependsOn(args.CertManager))
	brokers, err := charts.Apply(ctx, name, &charts.ApplyArgs{
		Manifest: charts.RabbitMQClusterOperator, Mirror: args.Mirror, Namespace: RabbitMQNamespace,
		Pods: map[string]network.Rules{clusterOperator: rules}, WithoutWebhooks: args.Simulated,
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("installing the operator of rabbitmq: %w", err)
	}
	topology, err := charts.Apply(ctx, name+"-topology", &charts.ApplyArgs{
		Manifest: charts.RabbitMQTopologyOperator, Mirror: args.Mirror, Namespace: RabbitMQNamespace, In: brokers.Namespace,
		Pods: map[string]network.Rules{topologyOperator: rules}, WithoutWebhooks: args.Simulated,
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("installing the operator of rabbitmq's topology: %w", err)
	}
	return append(brokers.Ready, topology.Ready...), nil
}
