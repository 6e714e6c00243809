package postgres

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/plinth-iac/plinth/components/cluster/clustertest"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	otherKey = "arn:aws:kms:eu-central-1:111122223333:key/1234"
	otherID  = "/subscriptions/s/resourceGroups/prod/providers/Microsoft.Storage/storageAccounts/account/blobServices/default/containers/data"
)

// others are buckets of another stack on each cloud.
var others = map[string]OtherBucket{
	"aws":   {URL: "s3://prod-backups", Key: otherKey},
	"gcp":   {URL: "gs://prod-backups"},
	"azure": {URL: "https://account.blob.core.windows.net/data", ID: otherID},
}

// known is a value that the program itself gave, as it is.
func known(t *testing.T, value pulumi.StringInput) string {
	t.Helper()
	told := make(chan string, 1)
	value.ToStringOutput().ApplyT(func(text string) string {
		told <- text
		return text
	})
	return <-told
}

func TestOtherBucket(t *testing.T) {
	t.Parallel()
	ids := map[string]string{"aws": "arn:aws:s3:::prod-backups", "gcp": "prod-backups", "azure": otherID}
	for cloud, other := range others {
		t.Run(cloud, func(t *testing.T) {
			t.Parallel()
			var problems spec.Problems
			other.validate("bucket", &problems)
			require.NoError(t, problems.Err())
			access := other.access()
			assert.Equal(t, ids[cloud], known(t, access[0].Bucket.ID))
			assert.Equal(t, other.URL, known(t, access[0].Bucket.URL))
			for _, a := range access {
				assert.False(t, a.Write, "what is another's is only read")
			}
			require.Len(t, access, map[string]int{"aws": 2, "gcp": 1, "azure": 1}[cloud])
			if cloud == "aws" {
				assert.Equal(t, otherKey, known(t, access[1].Key))
			}
		})
	}
}

func TestOtherBucketRefused(t *testing.T) {
	t.Parallel()
	azure := others["azure"].URL
	for name, test := range map[string]struct {
		bucket OtherBucket
		at     spec.Path
	}{
		"none":                           {OtherBucket{}, "b.url"},
		"another service":                {OtherBucket{URL: "ftp://prod"}, "b.url"},
		"a folder in it":                 {OtherBucket{URL: "gs://prod/postgres-ha"}, "b.url"},
		"an account":                     {OtherBucket{URL: "https://account.blob.core.windows.net"}, "b.url"},
		"aws without its key":            {OtherBucket{URL: "s3://prod"}, "b.key"},
		"aws with the name of a key":     {OtherBucket{URL: "s3://prod", Key: "alias/prod"}, "b.key"},
		"gcp with a key":                 {OtherBucket{URL: "gs://prod", Key: otherKey}, "b.key"},
		"azure without its id":           {OtherBucket{URL: azure}, "b.id"},
		"azure with its account's id":    {OtherBucket{URL: azure, ID: "/subscriptions/s/resourceGroups/prod"}, "b.id"},
		"azure with another account's":   {OtherBucket{URL: "https://other.blob.core.windows.net/data", ID: otherID}, "b.id"},
		"azure with another container's": {OtherBucket{URL: "https://account.blob.core.windows.net/more", ID: otherID}, "b.id"},
		"aws with an id":                 {OtherBucket{URL: "s3://prod", Key: otherKey, ID: otherID}, "b.id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var problems spec.Problems
			test.bucket.validate("b", &problems)
			require.Len(t, problems.Errors, 1)
			assert.Equal(t, test.at, problems.Errors[0].Path)
		})
	}
}

func TestHARecoverFromAnotherStack(t *testing.T) {
	t.Parallel()
	other := others["aws"]
	s := Spec{Mode: spec.HA, Recover: &Recover{From: "postgres-ha", Bucket: &other}}
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		services := &clustertest.Services{}
		rec := run(t, program(t, s, func(args *Args) { args.Services = services }))
		c := rec.Get(t, clusterType, "postgres-ha"+s.Recover.mark())
		crds.Validate(t, c.Inputs)
		source := mocks.One(t, c.At("spec.externalClusters"))["plugin"].(map[string]any)["parameters"].(map[string]any)
		assert.Equal(t, "postgres-ha-origin", source["barmanObjectName"])
		assert.Equal(t, "postgres-ha-17", source["serverName"])
		own := mocks.One(t, c.At("spec.plugins"))["parameters"].(map[string]any)
		assert.Equal(t, "postgres-ha", own["barmanObjectName"], "it is backed up to its own stack's")

		origin := rec.Get(t, "kubernetes:barmancloud.cnpg.io/v1:ObjectStore", "postgres-ha-origin")
		crds.Validate(t, origin.Inputs)
		assert.Equal(t, "s3://prod-backups", origin.At("spec.configuration.destinationPath"))
		assert.Nil(t, origin.At("spec.retentionPolicy"), "or the other stack's backups would be removed")
		assert.Contains(t, c.Dependencies, origin.URN)

		access := services.Grants["postgres-ha"].Access
		require.Len(t, access, 3)
		assert.True(t, access[0].Write, "its own")
		assert.False(t, access[1].Write || access[2].Write, "the other's")
	})
}

func TestSingleRecoverFromAnotherStack(t *testing.T) {
	t.Parallel()
	other := others["gcp"]
	s := Spec{Recover: &Recover{From: "postgres-backup", Bucket: &other}}
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		services := &clustertest.Services{}
		rec := run(t, program(t, s, func(args *Args) { args.Services = services }))
		pod := mocks.As[*appsv1.StatefulSet](t, rec.Get(t, "kubernetes:apps/v1:StatefulSet", "postgres")).Spec.Template.Spec
		assert.Contains(t, pod.InitContainers[0].Env, corev1.EnvVar{
			Name: "FROM", Value: ":gcs,env_auth=true,bucket_policy_only=true,no_check_bucket=true:prod-backups/postgres-backup",
		})
		require.Len(t, services.Grants["postgres"].Access, 1)
		assert.False(t, services.Grants["postgres"].Access[0].Write)
		assert.Contains(t, services.Buckets, "postgres-backup", "it is backed up to its own stack's")
	})
}

func TestRecoveriesFromDifferentBucketsDiffer(t *testing.T) {
	t.Parallel()
	own, other := &Recover{From: "postgres-ha"}, others["gcp"]
	assert.NotEqual(t, own.mark(), (&Recover{From: "postgres-ha", Bucket: &other}).mark())
	assert.Equal(t, "-d9519478", own.mark(), "another mark would have those recovered before recovered again")
}
