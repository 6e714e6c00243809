package config

import (
	"fmt"
	"slices"
	"time"

	"github.com/plinth-iac/plinth/components/cluster/machines"
	"github.com/plinth-iac/plinth/components/spec"
)

// moveRegion takes another cloud's region to this cloud's in the same place, so that a change of cloud is one line.
func (c *Config) moveRegion(problems *spec.Problems) {
	name, place := machines.Counterpart(string(c.Cloud), c.Region)
	if place != "" {
		problems.Warn("region", c.Region, fmt.Sprintf("%s on %s, and that is where it goes: both are in %s", name, c.Cloud, place), "write that to be rid of this line")
	}
	c.Region = name
}

// validateCloud checks that the cloud can give the cluster that is asked for, as of a day, and lets somebody in.
func (c *Config) validateCloud(day time.Time, problems *spec.Problems) {
	c.Cluster.Admins.Validate("cluster.admins", string(c.Cloud), problems)
	if !slices.Contains([]Cloud{AWS, GCP, Azure}, c.Cloud) {
		return
	}
	further := &spec.Problems{}
	c.Cluster.Place("cluster", string(c.Cloud), c.Region, day, further)
	problems.Warnings = append(problems.Warnings, further.Warnings...)
	for _, p := range further.Errors {
		// What is wrong on every cloud is said already.
		if !slices.ContainsFunc(problems.Errors, func(said spec.Problem) bool { return said.Path == p.Path }) {
			problems.Errors = append(problems.Errors, p)
		}
	}
}
