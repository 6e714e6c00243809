package config

import (
	"fmt"
	"maps"
	"slices"

	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/components/workload"
)

// validateNames reports workloads whose name Kubernetes does not take, or whose objects would have the names of other objects.
func (c *Config) validateNames(problems *spec.Problems) {
	names := slices.Sorted(maps.Keys(c.Workloads))
	taken := c.takenNames()
	claims := map[string]string{}
	for _, name := range names {
		w, path := c.Workloads[name], workloadPath(name)
		// A CronJob's name may have 52 characters, and so may a StatefulSet's: Kubernetes appends 11 to make its labels.
		problems.CheckName(path, name, 52)
		if w.Kind == workload.Service && name != "" && name[0] >= '0' && name[0] <= '9' {
			problems.Add(path, name, "a name that begins with a letter, as Kubernetes before 1.36 wants a Service's", "rename it")
		}
		if owner, ok := taken[name]; ok {
			problems.Add(path, name, "another name, as "+owner+" has this one", "rename it")
		}
		for _, volume := range slices.Sorted(maps.Keys(w.Volumes)) {
			for _, claim := range w.Claims(name, volume) {
				if owner, ok := claims[claim]; ok {
					problems.Add(path.Key("volumes").Key(volume), volume, fmt.Sprintf("a name that does not make %s, the claim of %s", claim, owner), "rename it")
					break
				}
				claims[claim] = string(path.Key("volumes").Key(volume))
			}
		}
	}
}

// takenNames are names that no workload may have, each with what has it.
func (c *Config) takenNames() map[string]string {
	taken := map[string]string{"default": "the ServiceAccount that every namespace begins with"}
	for _, namespace := range c.Namespaces() {
		taken[namespace+"-deny"] = "the network policy that closes the namespace " + namespace
		taken[namespace+"-dns"] = "the network policy that opens DNS in the namespace " + namespace
	}
	for name, w := range c.Workloads {
		if w.Metrics != nil {
			taken[name+"-metrics"] = "the network policy that opens the metrics of " + name
		}
		if w.Route != nil {
			taken[name+"-route"] = "the network policy that opens the route to " + name
		}
		if w.HasOwnVolumes() {
			taken[name+"-peers"] = "the Service of the replicas of " + name
		}
	}
	return taken
}
