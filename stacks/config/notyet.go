package config

import "github.com/plinth-iac/plinth/components/spec"

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
