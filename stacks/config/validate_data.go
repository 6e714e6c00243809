package config

import (
	"fmt"

	"github.com/plinth-iac/plinth/components/spec"
)

// validateInstances reports more instances of a service in mode ha than prod has zones: there, each is in a zone of its own.
func (c *Config) validateInstances(service spec.Path, mode spec.Mode, instances int, problems *spec.Problems) {
	if c.Environment == Prod && mode == spec.HA && c.Cluster.Zones > 1 && instances > c.Cluster.Zones {
		problems.Add(service.Key("instances"), instances, fmt.Sprintf("at most %d in prod, one in each zone of the cluster", c.Cluster.Zones),
			"lower it, or raise cluster.zones")
	}
}
