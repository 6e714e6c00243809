package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/plinth-iac/plinth/components/spec"
)

// validateRoutes checks that each route has a domain to be under, and that no two are the same.
func (c *Config) validateRoutes(problems *spec.Problems) {
	taken := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.Workloads)) {
		route, path := c.Workloads[name].Route, workloadPath(name).Key("route")
		if route == nil {
			continue
		}
		if !strings.Contains(route.Host, ".") && c.Domain == "" {
			problems.Add(path.Key("host"), route.Host, "a whole host name where the stack has no domain", "add plinth:domain, or write the whole host name")
		}
		address := c.HostName(route.Host) + strings.TrimSuffix(route.Path, "/")
		if other, dup := taken[address]; dup {
			problems.Add(path, address, "a host and path that no other workload has", "change one: "+other+" has it already")
		}
		taken[address] = name
	}
}

// HostName is the whole host name of a route's host: under the stack's domain unless it is whole already.
func (c *Config) HostName(host string) string {
	if strings.Contains(host, ".") || c.Domain == "" {
		return host
	}
	return host + "." + c.Domain
}

// validateImages wants to know what runs: a warning in dev, an error where it matters.
func (c *Config) validateImages(problems *spec.Problems) {
	report := problems.Add
	if c.Environment == Dev {
		report = problems.Warn
	}
	for _, name := range slices.Sorted(maps.Keys(c.Workloads)) {
		if w := c.Workloads[name]; !w.ImageIsPinned() {
			report(workloadPath(name).Key("image"), w.Image, "an image with a tag other than latest, or a digest",
				"add the version: the same file must always run the same program")
		}
	}
}
