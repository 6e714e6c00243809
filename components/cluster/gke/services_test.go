package gke

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const principal = "principal://iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/acme.svc.id.goog/subject/ns/data/sa/postgres"

// TestGrant has exactly the bindings that each access makes, beside those of the cluster itself.
func TestGrant(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		access func(bucket *cluster.Bucket) cluster.Access
		want   map[string]map[string]any
	}{
		"a bucket": {func(b *cluster.Bucket) cluster.Access { return cluster.Access{Bucket: b} }, map[string]map[string]any{
			bucketRoleType + " it-0-objects": {"bucket": "backups-1a2b", "role": "roles/storage.objectViewer"},
			bucketRoleType + " it-0-bucket":  {"bucket": "backups-1a2b", "role": "roles/storage.legacyBucketReader"},
		}},
		"a bucket to write": {func(b *cluster.Bucket) cluster.Access { return cluster.Access{Bucket: b, Write: true} }, map[string]map[string]any{
			bucketRoleType + " it-0-objects": {"bucket": "backups-1a2b", "role": "roles/storage.objectUser"},
			bucketRoleType + " it-0-bucket":  {"bucket": "backups-1a2b", "role": "roles/storage.legacyBucketReader"},
		}},
		"a secret": {func(*cluster.Bucket) cluster.Access {
			return cluster.Access{Secret: pulumi.String("projects/acme/secrets/jwt")}
		}, map[string]map[string]any{
			projectRoleType + " it-0-secretAccessor": {
				"project": "acme", "role": "roles/secretmanager.secretAccessor", "condition": map[string]any{
					"title":      "it-0",
					"expression": `resource.name == "projects/123456789/secrets/jwt" || resource.name.startsWith("projects/123456789/secrets/jwt/")`,
				},
			},
		}},
		"secrets to write": {func(*cluster.Bucket) cluster.Access {
			return cluster.Access{Secret: pulumi.String("prod-*"), Write: true}
		}, map[string]map[string]any{
			projectRoleType + " it-0-secretAccessor": {
				"project": "acme", "role": "roles/secretmanager.secretAccessor",
				"condition": map[string]any{"title": "it-0", "expression": `resource.name.startsWith("projects/123456789/secrets/prod-")`},
			},
			projectRoleType + " it-0-secretVersionAdder": {
				"project": "acme", "role": "roles/secretmanager.secretVersionAdder",
				"condition": map[string]any{"title": "it-0", "expression": `resource.name.startsWith("projects/123456789/secrets/prod-")`},
			},
		}},
		"a zone to write": {func(*cluster.Bucket) cluster.Access {
			return cluster.Access{Zone: pulumi.String("med-example"), Write: true}
		}, map[string]map[string]any{
			zoneRoleType + " it-0-zone":     {"project": "acme", "managedZone": "med-example", "role": "roles/dns.admin"},
			projectRoleType + " it-0-zones": {"project": "acme", "role": "roles/dns.reader"},
		}},
		"a key": {func(*cluster.Bucket) cluster.Access { return cluster.Access{Key: pulumi.String("k")} }, map[string]map[string]any{
			keyRoleType + " it-0-key": {"cryptoKeyId": "k", "role": "roles/cloudkms.cryptoKeyDecrypter"},
		}},
		"a key to write": {func(*cluster.Bucket) cluster.Access { return cluster.Access{Key: pulumi.String("k"), Write: true} }, map[string]map[string]any{
			keyRoleType + " it-0-key": {"cryptoKeyId": "k", "role": "roles/cloudkms.cryptoKeyEncrypterDecrypter"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var identity *cluster.Identity
			rec := mocks.Up(t, inCluster(func(ctx *pulumi.Context, services cluster.Services, opts ...pulumi.ResourceOption) error {
				bucket, err := services.NewBucket(ctx, "backups", &cluster.BucketArgs{}, opts...)
				if err != nil {
					return err
				}
				identity, err = services.Grant(ctx, "it", &cluster.GrantArgs{
					Namespace: "data", ServiceAccount: "postgres", Access: []cluster.Access{c.access(bucket)},
				}, opts...)
				return err
			}), answers()...)

			found := map[string]map[string]any{}
			for _, res := range rec.Resources() {
				if res.Inputs["member"] == principal {
					inputs := map[string]any{}
					for key, value := range res.Inputs {
						if key != "member" {
							inputs[key] = value
						}
					}
					found[res.Type+" "+res.Name] = inputs
				}
			}
			assert.Equal(t, c.want, found)
			assert.Len(t, identity.Resources, len(c.want))
			assert.Empty(t, identity.Annotations)
			assert.Empty(t, identity.PodLabels)
		})
	}
}

func TestGrantOfNotExactlyOneThing(t *testing.T) {
	t.Parallel()
	for want, access := range map[string]cluster.Access{
		"granting access 0 of it: found 0 things": {},
		"granting access 0 of it: found 2 things": {Zone: pulumi.String("z"), Key: pulumi.String("k")},
	} {
		err := mocks.Fail(t, inCluster(func(ctx *pulumi.Context, services cluster.Services, opts ...pulumi.ResourceOption) error {
			_, err := services.Grant(ctx, "it", &cluster.GrantArgs{Namespace: "a", ServiceAccount: "b", Access: []cluster.Access{access}}, opts...)
			return err
		}), answers()...)
		require.ErrorContains(t, err, want)
	}
}

func TestBucket(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args      cluster.BucketArgs
		condition map[string]any
	}{
		"for ever":    {cluster.BucketArgs{Protect: true}, map[string]any{"daysSinceNoncurrentTime": 30.0, "noAge": true, "withState": "ARCHIVED"}},
		"for a month": {cluster.BucketArgs{KeepDays: 30}, map[string]any{"age": 30.0, "withState": "ANY"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := mocks.Up(t, inCluster(func(ctx *pulumi.Context, services cluster.Services, opts ...pulumi.ResourceOption) error {
				bucket, err := services.NewBucket(ctx, "backups", &c.args, opts...)
				if err != nil {
					return err
				}
				ctx.Export("url", bucket.URL)
				return nil
			}), answers()...)
			bucket := rec.Get(t, bucketType, "backups")
			assert.Equal(t, "us-east1", bucket.At("location"))
			assert.Equal(t, true, bucket.At("uniformBucketLevelAccess"))
			assert.Equal(t, "enforced", bucket.At("publicAccessPrevention"))
			assert.Equal(t, true, bucket.At("versioning.enabled"))
			assert.Equal(t, c.args.Protect, bucket.Protect)
			assert.Equal(t, !c.args.Protect, bucket.At("forceDestroy"))
			assert.Equal(t, []any{map[string]any{"action": map[string]any{"type": "Delete"}, "condition": c.condition}}, bucket.At("lifecycleRules"))
			assert.Equal(t, "gs://backups-1a2b", rec.Outputs["url"])
		})
	}
}

func TestRegistry(t *testing.T) {
	t.Parallel()
	rec := up(t, prod())
	registry := rec.Get(t, registryType, "cluster-registry")
	id := registry.At("repositoryId").(string)
	assert.Regexp(t, `^cluster-[0-9a-f]{8}$`, id)
	assert.Equal(t, "us-east1-docker.pkg.dev/acme/"+id, rec.Outputs["registry"])
	assert.Equal(t, []any{
		map[string]any{"id": "keep-newest", "action": "KEEP", "mostRecentVersions": map[string]any{"keepCount": 100.0}},
		map[string]any{"id": "delete-others", "action": "DELETE", "condition": map[string]any{"tagState": "ANY"}},
	}, registry.At("cleanupPolicies"))
	assert.Equal(t, "containerscanning.googleapis.com", rec.Get(t, serviceType, "cluster-api-containerscanning").At("service"), "scans on push")

	pull := rec.Get(t, pullType, "cluster-pull")
	assert.Equal(t, "roles/artifactregistry.reader", pull.At("role"))
	assert.Equal(t, "serviceAccount:cluster-nodes@acme.iam.gserviceaccount.com", pull.At("member"))
}

func TestSecretStore(t *testing.T) {
	t.Parallel()
	store := (&services{builder: &builder{plan: &plan{project: "acme"}}}).SecretStore()
	assert.Equal(t, cluster.SecretStore{Provider: "gcpsm", Spec: pulumi.Map{"projectID": pulumi.String("acme")}}, store)
}
