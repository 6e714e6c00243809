package charts

// Release manifests of what has no chart by its own makers, at the versions last released when they were looked up, 2026-08-23.
var (
	// RabbitMQClusterOperator v2.22.3, from the releases of rabbitmq/cluster-operator. It wants cert-manager.
	RabbitMQClusterOperator = Manifest{
		"rabbitmq-cluster-operator", "https://github.com/rabbitmq/cluster-operator/releases/download/v2.22.3/cluster-operator.yml", "v2.22.3",
	}
	// RabbitMQTopologyOperator v1.20.1, from the releases of rabbitmq/messaging-topology-operator. It wants cert-manager.
	RabbitMQTopologyOperator = Manifest{
		"rabbitmq-messaging-topology-operator",
		"https://github.com/rabbitmq/messaging-topology-operator/releases/download/v1.20.1/messaging-topology-operator.yaml", "v1.20.1",
	}
)
