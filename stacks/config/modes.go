package config

import "github.com/plinth-iac/plinth/components/spec"

// modeOf is the mode of a data service that the stack has.
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
