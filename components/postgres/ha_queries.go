package postgres

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const queriesKey = "queries.yaml"

// queries has CloudNativePG export how long statements took, which its own queries leave out and mode single's exporter has:
// cnpg_pg_stat_database_time_active_seconds_total. The form is that of https://cloudnative-pg.io/documentation/1.30/monitoring,
// "User defined metrics".
const queries = `pg_stat_database_time:
  query: |
    SELECT datname, active_time / 1000 AS active_seconds_total
    FROM pg_catalog.pg_stat_database
    WHERE datname IS NOT NULL
  metrics:
    - datname:
        usage: LABEL
        description: Name of the database
    - active_seconds_total:
        usage: COUNTER
        description: Time spent on statements in the database, in seconds
`

// monitoring names the queries to the operator.
func (c *haCluster) monitoring() (pulumi.Map, error) {
	made, err := corev1.NewConfigMap(c.ctx, c.name+"-queries", &corev1.ConfigMapArgs{
		Metadata: metav1.ObjectMetaArgs{Namespace: c.args.Namespace, Labels: c.labels()},
		Data:     pulumi.StringMap{queriesKey: pulumi.String(queries)},
	}, c.parent)
	if err != nil {
		return nil, fmt.Errorf("making the ConfigMap of its queries: %w", err)
	}
	return pulumi.Map{"customQueriesConfigMap": pulumi.Array{
		pulumi.Map{"name": made.Metadata.Name().Elem(), "key": pulumi.String(queriesKey)},
	}}, nil
}
