package tests

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// TestRecoverFromAnotherStack: on each cloud the instances may read the other stack's bucket, and not write to it.
func TestRecoverFromAnotherStack(t *testing.T) {
	t.Parallel()
	const (
		key = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd"
		id  = "/subscriptions/s/resourceGroups/prod/providers/Microsoft.Storage/storageAccounts/account/blobServices/default/containers/data"
	)
	for cloud, test := range map[string]struct {
		bucket map[string]any
		allows func(t *testing.T, r *mocks.Recording)
	}{
		"aws": {map[string]any{"url": "s3://prod-backups", "key": key}, func(t *testing.T, r *mocks.Recording) {
			t.Helper()
			var allowed []string
			for _, policy := range r.ByType("aws:iam/rolePolicy:RolePolicy") {
				text, _ := policy.Inputs["policy"].(string)
				if strings.Contains(text, "arn:aws:s3:::prod-backups/*") {
					allowed = append(allowed, text)
				}
			}
			require.Len(t, allowed, 1)
			assert.Contains(t, allowed[0], key)
		}},
		"gcp": {map[string]any{"url": "gs://prod-backups"}, func(t *testing.T, r *mocks.Recording) {
			t.Helper()
			var roles []any
			for _, member := range r.ByType("gcp:storage/bucketIAMMember:BucketIAMMember") {
				if member.Inputs["bucket"] == "prod-backups" {
					roles = append(roles, member.Inputs["role"])
				}
			}
			assert.ElementsMatch(t, []any{"roles/storage.objectViewer", "roles/storage.legacyBucketReader"}, roles)
		}},
		"azure": {map[string]any{"url": "https://account.blob.core.windows.net/data", "id": id}, func(t *testing.T, r *mocks.Recording) {
			t.Helper()
			var scopes []any
			for _, assignment := range r.ByType("azure-native:authorization:RoleAssignment") {
				if assignment.Inputs["scope"] == id {
					scopes = append(scopes, assignment.Inputs["roleDefinitionId"])
				}
			}
			require.Len(t, scopes, 1)
			assert.Contains(t, scopes[0], "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "Storage Blob Data Reader")
		}},
	} {
		t.Run(cloud, func(t *testing.T) {
			t.Parallel()
			values := readStackFile(t, "prod")
			values["plinth:cloud"] = cloud
			values["plinth:postgres"] = map[string]any{"mode": "ha", "recover": map[string]any{"from": "postgres-ha", "bucket": test.bucket}}
			options := append(onCloud(t, "prod", cloud), asConfig(t, values))
			up := mocks.Up(t, stacks.Platform, options...)
			test.allows(t, up)
			preview := mocks.Preview(t, stacks.Platform, options...)
			assert.Equal(t, up.Names(), preview.Names())
			for _, r := range []*mocks.Recording{up, preview} {
				origin := r.Get(t, "kubernetes:barmancloud.cnpg.io/v1:ObjectStore", "postgres-ha-origin").Inputs["spec"].(map[string]any)
				assert.Equal(t, test.bucket["url"], origin["configuration"].(map[string]any)["destinationPath"], "known in a preview too")
			}
		})
	}
}
