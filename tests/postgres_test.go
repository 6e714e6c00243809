package tests

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// Postgres in mode ha is one cluster on every cloud and in every environment, in up and in preview.
func TestPostgresInModeHA(t *testing.T) {
	t.Parallel()
	for _, stack := range environments {
		for _, cloud := range append(slices.Sorted(maps.Keys(clouds)), "existing") {
			t.Run(stack+"-on-"+cloud, func(t *testing.T) {
				t.Parallel()
				options := []mocks.Option{stackFile(t, stack), mocks.WithStack(stack)}
				if cloud != "existing" {
					options = onCloud(t, stack, cloud)
				}
				options = append(options, asConfig(t, map[string]any{
					"plinth:postgres": map[string]any{"mode": "ha", "pooler": true, "backup": map[string]any{"enabled": true}},
				}))
				mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
					checkPostgres(t, stack, cloud, run(t, stacks.Platform, options...))
				})
			})
		}
	}
}

// credentials are how the backups of each cloud are reached: under the pod's identity, without a key.
var credentials = map[string]string{"aws": "s3Credentials", "gcp": "googleCredentials", "azure": "azureCredentials"}

func checkPostgres(t *testing.T, stack, cloud string, r *mocks.Recording) {
	t.Helper()
	made := r.Get(t, "kubernetes:postgresql.cnpg.io/v1:Cluster", "postgres-ha")
	assert.Equal(t, stack == "prod", made.RetainOnDelete)
	spec := made.Inputs["spec"].(map[string]any)
	assert.Equal(t, 3.0, spec["instances"])
	zone := spec["topologySpreadConstraints"].([]any)[0].(map[string]any)["whenUnsatisfiable"]
	assert.Equal(t, map[bool]string{true: "DoNotSchedule", false: "ScheduleAnyway"}[stack == "prod"], zone)
	assert.Contains(t, made.Dependencies, r.Get(t, releaseType, "postgres-operator").URN)

	stores := r.ByType("kubernetes:barmancloud.cnpg.io/v1:ObjectStore")
	if cloud == "existing" {
		assert.Empty(t, stores)
		assert.False(t, r.Has(releaseType, "postgres-operator-backup"))
		assert.True(t, slices.ContainsFunc(r.Logs, func(l mocks.Log) bool {
			return l.Severity == "WARNING" && strings.Contains(l.Message, "The backup of postgres is left out")
		}), "nobody is told that there is no backup")
		crds.Validate(t, made.Inputs)
		return
	}
	require.Len(t, stores, 1)
	assert.Contains(t, made.Dependencies, r.Get(t, releaseType, "postgres-operator-backup").URN)
	configuration := stores[0].Inputs["spec"].(map[string]any)["configuration"]
	if configuration == mocks.Unknown { // which bucket it is, is for the cloud to say
		return
	}
	assert.Contains(t, configuration, credentials[cloud])
	crds.Validate(t, made.Inputs)
	crds.Validate(t, stores[0].Inputs)
}
