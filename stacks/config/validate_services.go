package config

import (
	"strings"

	"github.com/plinth-iac/plinth/components/certmanager"
	"github.com/plinth-iac/plinth/components/spec"
)

// validateServices checks the platform services, each and together.
func (c *Config) validateServices(problems *spec.Problems) {
	c.Certificates.Validate("certificates", problems)
	c.Gateway.Validate("gateway", problems)
	c.validateMonitoring(problems)
	c.Logging.Validate("logging", problems)
	c.Tracing.Validate("tracing", problems)
	c.Autoscaling.Validate("autoscaling", c.Cloud == Existing, problems)
	c.validateZone(problems)
	if *c.Certificates.Enabled && c.Certificates.Issuer != certmanager.Private && c.zoneID() == "" && !*c.Gateway.Enabled {
		problems.Add("certificates.issuer", c.Certificates.Issuer, "private, as nothing could show Let's Encrypt that the domain is ours",
			"name the domain's zone in plinth:dns.zone, enable plinth:gateway, or choose private")
	}
	if c.Secrets.Source != SourceCloud {
		return
	}
	if c.Cloud == Existing {
		problems.Add("secrets.source", c.Secrets.Source, "stack, as an existing cluster has no cloud whose store is known", "put the values under plinth:secrets.values")
	}
	if len(c.Secrets.Values) > 0 {
		problems.Add("secrets.values", nil, "no values where source is cloud: they are in the cloud's store", "put them there, under "+c.Secrets.Prefix+"<name>, and remove them here")
	}
}

func (c *Config) validateZone(problems *spec.Problems) {
	at := spec.Path("dns.zone").Key(string(c.Cloud))
	zone, err := c.parseZone()
	switch {
	case err != nil:
		problems.Add(at, c.zoneID(), err.Error(), "look it up in the cloud's list of zones")
	case zone == nil:
	case c.Domain == "":
		problems.Add(at, c.zoneID(), "a zone only where the stack has a domain", "add plinth:domain")
	case c.Domain != zone.Domain && !strings.HasSuffix(c.Domain, "."+zone.Domain):
		problems.Add("dns.domain", zone.Domain, "the platform's domain, or one above it", "name the zone that has the hosts of "+c.Domain+" in plinth:dns")
	}
}
