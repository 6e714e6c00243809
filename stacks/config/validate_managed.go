package config

import (
	"slices"

	"github.com/plinth-iac/plinth/components/spec"
)

// validateManaged checks that the cloud runs the data services that it is asked to run.
func (c *Config) validateManaged(problems *spec.Problems) {
	if !slices.Contains([]Cloud{AWS, GCP, Azure, Existing}, c.Cloud) {
		return // which is said already
	}
	cloud, zones := string(c.Cloud), c.Cluster.Zones
	if c.Postgres != nil {
		c.Postgres.ValidateCloud(cloud, zones, "postgres", problems)
	}
	if c.Redis != nil {
		c.Redis.ValidateCloud(cloud, zones, "redis", problems)
	}
	if c.RabbitMQ != nil {
		c.RabbitMQ.ValidateCloud(cloud, zones, "rabbitmq", problems)
	}
	managed := slices.ContainsFunc(c.DataServices(), func(service string) bool { return c.modeOf(service) == spec.Managed })
	if network := c.Cluster.Network; managed && network != nil && network.Existing != nil && network.Existing.Data == "" {
		problems.Add("cluster.network.existing.data", nil, "a free range of the network, /26 or bigger, in which subnets for managed data services are made",
			"name one, or use mode: ha")
	}
}
