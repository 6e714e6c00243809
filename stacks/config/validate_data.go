package config

import (
	"fmt"

	"github.com/plinth-iac/plinth/components/spec"
)

// validateInstances reports more instances of a service in mode ha than prod has zones: there, each is in a zone of its own.
func (c *Config) validateInstances(service spec.Path, mode spec.Mode, instances int, problems *spec.Problems) {
	if c.Environment == Prod && mode == spec.HA && c.Cluster.Zones > 1 && instances > c.Cluster.Zones {
		problems.Add(service.Key("instances"), instances, fmt.Sprintf("at most %d in prod, one in each zone of the cluster", c.Cluster.Zones),
			"lower it, or raise cluster.zones")
	}
}

// schemes of buckets' addresses, by cloud.
var schemes = map[Cloud]string{AWS: "s3", GCP: "gs", Azure: "https"}

// validateOrigin reports a recovery from a bucket of another cloud.
func (c *Config) validateOrigin(problems *spec.Problems) {
	if c.Postgres == nil || c.Postgres.Recover == nil || c.Postgres.Recover.Bucket == nil {
		return
	}
	bucket, want := c.Postgres.Recover.Bucket, schemes[c.Cloud]
	if scheme := bucket.Scheme(); scheme != "" && want != "" && scheme != want {
		problems.Add("postgres.recover.bucket.url", bucket.URL, fmt.Sprintf("a bucket of %s, whose address begins with %s://", c.Cloud, want),
			"copy the folder of the backup to one, and name that")
	}
}
