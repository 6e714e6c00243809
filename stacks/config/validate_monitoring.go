package config

import (
	"maps"
	"slices"
	"strings"

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
	if !*c.Monitoring.Enabled {
		c.warnOfUnreadMetrics(problems)
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

// warnOfUnreadMetrics tells once of all workloads whose metrics nobody reads.
func (c *Config) warnOfUnreadMetrics(problems *spec.Problems) {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(c.Workloads)) {
		if c.Workloads[name].Metrics != nil {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		problems.Warn("monitoring.enabled", false, "true, as there are metrics to be read, of "+strings.Join(names, ", "), "enable it, or go on without them")
	}
}
