package config

import (
	"maps"
	"slices"
)

// fewestReplicas of a service that does not say, by environment: one that may break, one of which one may, and one per zone.
var fewestReplicas = map[Environment]int{Dev: 1, Stage: 2, Prod: 3}

// complete fills in every default that is left after the preset.
func (c *Config) complete(stack string) {
	c.Cluster.Spec = c.Cluster.Complete()
	if c.Postgres != nil {
		*c.Postgres = c.Postgres.Complete()
	}
	if c.Redis != nil {
		*c.Redis = c.Redis.Complete()
	}
	if c.RabbitMQ != nil {
		*c.RabbitMQ = c.RabbitMQ.Complete()
	}
	c.completeServices(stack)
	for name, w := range c.Workloads {
		c.Workloads[name] = w.Complete(fewestReplicas[c.Environment])
	}
}

// DataNamespace is where the data services live, apart from the programs that use them.
const DataNamespace = "data"

// Namespaces lists the namespaces that the stack needs, sorted: those of its workloads, and the data services' where it has any.
func (c *Config) Namespaces() []string {
	names := map[string]bool{}
	for _, w := range c.Workloads {
		names[w.Namespace] = true
	}
	if len(c.DataServices()) > 0 {
		names[DataNamespace] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// DataServices lists the data services of the stack, sorted.
func (c *Config) DataServices() []string {
	var services []string
	if c.Postgres != nil {
		services = append(services, "postgres")
	}
	if c.RabbitMQ != nil {
		services = append(services, "rabbitmq")
	}
	if c.Redis != nil {
		services = append(services, "redis")
	}
	return services
}
