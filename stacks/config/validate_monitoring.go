package config

import (
	"maps"
	"slices"

	"github.com/plinth-iac/plinth/components/monitoring"
	"github.com/plinth-iac/plinth/components/spec"
)

func (c *Config) validateMonitoring(problems *spec.Problems) {
	const path = spec.Path("monitoring")
	c.Monitoring.Validate(path, problems)
	refs := c.Monitoring.Secrets()
	for _, below := range slices.Sorted(maps.Keys(refs)) {
		c.validateSecretRef(refs[below], path+"."+below, problems)
	}
	if !*c.Monitoring.Enabled || c.Environment != Prod {
		return
	}
	switch told := c.Monitoring.Alerts; {
	case told == monitoring.Alerts{}:
		problems.Warn(path.Key("alerts"), nil, "somebody who is told", "name a channel, a service or an address, or look at Alertmanager yourself")
	case told.Slack == nil && told.Email == nil && told.Webhook == nil:
		problems.Warn(path.Key("alerts"), nil, "somebody who is told of warnings, as PagerDuty is of critical alerts only", "add slack, email or webhook")
	}
}
