package config

import (
	"maps"
	"slices"

	"github.com/plinth-iac/plinth/components/certmanager"
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/monitoring"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/components/workload"
)

// DNS is the public zone that the platform's hosts are in.
type DNS struct {
	// Zone by cloud, as the cloud shows its id. Default none: hosts are not published, and certificates are proved host by host.
	Zone Zones `json:"zone,omitzero"`
	// Domain that the zone serves. Default the platform's domain.
	Domain string `json:"domain,omitempty"`
}

// Zones are the ids of one zone each.
type Zones struct {
	// AWS is the id of a hosted zone, such as Z0123456789ABCDEFGHIJ.
	AWS string `json:"aws,omitempty"`
	// GCP is a managed zone, such as projects/my-project/managedZones/my-zone; in the cluster's project.
	GCP string `json:"gcp,omitempty"`
	// Azure is the resource id of a DNS zone.
	Azure string `json:"azure,omitempty"`
}

// Where secrets live.
const (
	// SourceStack is Pulumi's encrypted config.
	SourceStack = "stack"
	// SourceCloud is the cloud's secret store.
	SourceCloud = "cloud"
)

// oneYear is how long browsers are told to insist on HTTPS once they could trust it, in days.
const oneYear = 365

// logged is for how many days logs are kept, and on how big a disk, by environment.
var logged = map[Environment]struct {
	days    int
	storage spec.Quantity
}{Dev: {3, "10Gi"}, Stage: {14, "50Gi"}, Prod: {30, "100Gi"}}

// traced is how long traces are kept, in days, on how much disk, and how many of them, in percent.
var traced = map[Environment]struct {
	days    int
	storage spec.Quantity
	percent float64
}{Dev: {1, "2Gi", 100}, Stage: {3, "10Gi", 100}, Prod: {7, "50Gi", 10}}

// completeServices fills in the platform services' defaults.
func (c *Config) completeServices(stack string) {
	issuer := certmanager.Staging
	switch {
	case c.Cloud == Existing:
		issuer = certmanager.Private
	case c.Environment == Prod:
		issuer = certmanager.LetsEncrypt
	}
	c.Certificates = c.Certificates.Complete(issuer)
	hsts := 0
	if c.Environment == Prod && c.Certificates.Issuer == certmanager.LetsEncrypt {
		hsts = oneYear
	}
	c.Gateway = c.Gateway.Complete(fewestReplicas[c.Environment], hsts)
	if c.DNS.Domain == "" {
		c.DNS.Domain = c.Domain
	}
	c.Monitoring = c.Monitoring.Complete()
	c.Logging = c.Logging.Complete(logged[c.Environment].days, logged[c.Environment].storage)
	c.Tracing = c.Tracing.Complete(traced[c.Environment].days, traced[c.Environment].storage, traced[c.Environment].percent)
	c.Autoscaling = c.Autoscaling.Complete()
	c.completeSecrets(stack)
}

func (c *Config) completeSecrets(stack string) {
	s := &c.Secrets
	if s.Source == "" {
		s.Source = SourceStack
	}
	if s.Prefix == "" {
		s.Prefix = "plinth-" + stack + "-"
	}
	if s.Refresh == "" {
		s.Refresh = "1h"
	}
	if s.Install == nil {
		s.Install = new(true)
	}
	if s.Source == SourceCloud && c.Simulated {
		s.Source, s.Values = SourceStack, c.standIns()
	}
}

// standIns are random values for all that workloads read, where the cloud that has the real ones is not there.
func (c *Config) standIns() map[string]map[string]SecretValue {
	values := map[string]map[string]SecretValue{}
	for _, refs := range c.SecretReaders() {
		for _, ref := range refs {
			if values[ref.Name] == nil {
				values[ref.Name] = map[string]SecretValue{}
			}
			values[ref.Name][ref.Key] = SecretValue{Generate: 32}
		}
	}
	return values
}

// SecretReaders are the secret values that are read, by the namespace that they are read in, in any order.
func (c *Config) SecretReaders() map[string][]spec.SecretRef {
	readers := map[string][]spec.SecretRef{}
	for _, w := range c.Workloads {
		for _, refs := range []map[string]workload.SecretRef{w.Secrets, w.SecretFiles} {
			readers[w.Namespace] = slices.AppendSeq(readers[w.Namespace], maps.Values(refs))
		}
	}
	if refs := c.Monitoring.Secrets(); *c.Monitoring.Enabled && len(refs) > 0 {
		readers[monitoring.Namespace] = slices.AppendSeq(readers[monitoring.Namespace], maps.Values(refs))
	}
	return readers
}

// Zone is the zone of the stack's cloud; nil where there is none.
func (c *Config) Zone() *cluster.Zone {
	zone, err := c.parseZone()
	if err != nil {
		return nil // which validation has reported
	}
	return zone
}

func (c *Config) parseZone() (*cluster.Zone, error) {
	id := c.zoneID()
	if id == "" {
		return nil, nil
	}
	return cluster.ParseZone(string(c.Cloud), id, c.DNS.Domain)
}

func (c *Config) zoneID() string {
	return map[Cloud]string{AWS: c.DNS.Zone.AWS, GCP: c.DNS.Zone.GCP, Azure: c.DNS.Zone.Azure}[c.Cloud]
}

// Routed lists the workloads that have a route, sorted.
func (c *Config) Routed() []string {
	var names []string
	for name, w := range c.Workloads {
		if w.Route != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
