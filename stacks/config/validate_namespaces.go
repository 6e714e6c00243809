package config

import (
	"maps"
	"slices"

	"github.com/plinth-iac/plinth/components/autoscaling"
	"github.com/plinth-iac/plinth/components/certmanager"
	"github.com/plinth-iac/plinth/components/externaldns"
	"github.com/plinth-iac/plinth/components/externalsecrets"
	"github.com/plinth-iac/plinth/components/gateway"
	"github.com/plinth-iac/plinth/components/gpu"
	"github.com/plinth-iac/plinth/components/logging"
	"github.com/plinth-iac/plinth/components/monitoring"
	"github.com/plinth-iac/plinth/components/operators"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/components/tracing"
)

// reserved are the namespaces of the platform services, those that a stack does not have among them: it may come to have them.
var reserved = []string{
	autoscaling.KEDANamespace, autoscaling.RecommenderNamespace, certmanager.Namespace, externaldns.Namespace, externalsecrets.Namespace,
	gateway.Namespace, gpu.Namespace, logging.Namespace, logging.AgentsNamespace, logging.OperatorNamespace, monitoring.Namespace, monitoring.NodesNamespace,
	operators.PostgresNamespace, operators.RabbitMQNamespace, operators.RedisNamespace, tracing.Namespace,
}

// validateNamespaces reports workloads in a platform service's namespace, whose network policies and Pod Security are not for them.
func (c *Config) validateNamespaces(problems *spec.Problems) {
	for _, name := range slices.Sorted(maps.Keys(c.Workloads)) {
		if in := c.Workloads[name].Namespace; slices.Contains(reserved, in) {
			problems.Add(workloadPath(name).Key("namespace"), in, "a namespace of the team's own: "+in+" is a platform service's",
				"choose another name, or leave it out for apps")
		}
	}
}
