package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/plinth-iac/plinth/components/spec"
)

// validate reports every mistake in a completed config, as of a day.
func (c *Config) validate(day time.Time, problems *spec.Problems) {
	c.validateRegion(problems)
	c.validateDomain(problems)
	c.validateCluster(problems)
	c.validateCloud(day, problems)
	if c.Postgres != nil {
		c.Postgres.Validate("postgres", problems)
		c.validateOrigin(problems)
		c.validateInstances("postgres", c.Postgres.Mode, c.Postgres.Instances, problems)
	}
	if c.Redis != nil {
		c.Redis.Validate("redis", problems)
		c.validateInstances("redis", c.Redis.Mode, c.Redis.Instances, problems)
	}
	if c.RabbitMQ != nil {
		c.RabbitMQ.Validate("rabbitmq", problems)
		c.validateInstances("rabbitmq", c.RabbitMQ.Mode, c.RabbitMQ.Instances, problems)
	}
	c.validateManaged(problems)
	c.Secrets.validate("secrets", problems)
	c.validateServices(problems)
	for _, name := range slices.Sorted(maps.Keys(c.Workloads)) {
		c.Workloads[name].Validate(workloadPath(name), problems)
	}
	c.validateNames(problems)
	c.validateNamespaces(problems)
	c.validateLinks(problems)
	c.validatePlacement(problems)
	c.validateRoutes(problems)
	c.validateImages(problems)
}

func workloadPath(name string) spec.Path { return spec.Path("workloads").Key(name) }

var regionName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$`)

func (c *Config) validateRegion(problems *spec.Problems) {
	switch {
	case c.Cloud == Existing && c.Region != "":
		problems.Add("region", c.Region, "no region: an existing cluster is where it is", "remove it")
	case c.Cloud != Existing && c.Cloud != "" && c.Region == "":
		problems.Add("region", nil, "a region of "+string(c.Cloud), "add it, as the cloud names it")
	case c.Region != "" && !regionName.MatchString(c.Region):
		problems.Add("region", c.Region, "a region as the cloud names it, in lower-case letters, digits and dashes", "look it up in the cloud's list of regions")
	}
	if c.Cloud != Existing && c.Cloud != "" && c.Cluster.Context != "" {
		problems.Add("cluster.context", c.Cluster.Context, "a context only where cloud is existing", "remove it")
	}
	if c.Cloud != Existing && c.Cloud != "" && c.Cluster.Kubeconfig != "" {
		problems.Add("cluster.kubeconfig", c.Cluster.Kubeconfig, "a kubeconfig only where cloud is existing", "remove it")
	}
}

func (c *Config) validateDomain(problems *spec.Problems) {
	if c.Domain != "" && (len(validation.IsDNS1123Subdomain(c.Domain)) > 0 || !regexp.MustCompile(`\.[a-z]`).MatchString(c.Domain)) {
		problems.Add("domain", c.Domain, "a domain such as example.com, in lower case", "write it without a scheme, a port or a path")
	}
}

func (c *Config) validateCluster(problems *spec.Problems) {
	c.Cluster.Validate("cluster", problems)
	system, ok := c.Cluster.Pools["system"]
	if !ok {
		return
	}
	nodes := spec.Path("cluster.pools.system.nodes")
	if c.Environment == Prod && system.Most() > 0 && *system.Nodes.Min < 2 {
		problems.Add(nodes.Key("min"), *system.Nodes.Min, "at least 2 in prod: one node may be lost or drained", "raise it")
	}
	total := 0
	for _, p := range c.Cluster.Pools {
		total += p.Most()
	}
	if total < c.Cluster.Zones {
		problems.Add("cluster.zones", c.Cluster.Zones, fmt.Sprintf("at most %d, one node in each zone", total), "lower it, or add nodes")
	}
}
