package config

import (
	"fmt"

	"github.com/plinth-iac/plinth/components/spec"
)

// refuseUnbuiltClouds goes when the clouds arrive.
func (c *Config) refuseUnbuiltClouds(problems *spec.Problems) {
	if c.Cloud == AWS || c.Cloud == GCP || c.Cloud == Azure {
		problems.Add("cloud", c.Cloud, "existing; aws, gcp and azure are not there yet",
			fmt.Sprintf("use cloud: existing without a region, or rehearse the stack on a laptop: make up STACK=%s", c.Environment))
	}
}

// refuseUnbuiltModes goes when the operators and the managed services arrive.
func (c *Config) refuseUnbuiltModes(problems *spec.Problems) {
	for _, service := range c.dataServices() {
		if mode := c.modeOf(service); mode != spec.Single {
			problems.Add(spec.Path(service).Key("mode"), mode, "single; ha and managed are not there yet", "use mode: single")
		}
	}
}

func (c *Config) modeOf(service string) spec.Mode {
	switch service {
	case "postgres":
		return c.Postgres.Mode
	case "redis":
		return c.Redis.Mode
	default:
		return c.RabbitMQ.Mode
	}
}
