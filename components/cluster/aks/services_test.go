package aks_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/aks/akstest"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// Ids of Azure's built-in roles.
const (
	reader              = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
	cryptoUser          = "12338af0-0e69-4776-bea7-57ae8d297424"
	secretsUser         = "4633458b-17de-408a-b874-0445c86b69e6"
	secretsOfficer      = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
	blobDataReader      = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
	blobDataContributor = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
	dnsZoneContributor  = "befefa01-2a29-4197-83a8-272ff33ce314"
)

const (
	vaultID  = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v"
	secretID = vaultID + "/secrets/jwt"
	zoneID   = "/subscriptions/s/resourceGroups/dns/providers/Microsoft.Network/dnsZones/med.example"
)

// grant gives the pods of data/postgres the access to what use makes of the bucket.
func grant(access func(*cluster.Bucket) []cluster.Access, identity **cluster.Identity) func(*pulumi.Context, *cluster.Cluster, pulumi.ResourceOption) error {
	return func(ctx *pulumi.Context, c *cluster.Cluster, parent pulumi.ResourceOption) error {
		bucket, err := c.Services.NewBucket(ctx, "backups", &cluster.BucketArgs{}, parent)
		if err != nil {
			return err
		}
		made, err := c.Services.Grant(ctx, "it", &cluster.GrantArgs{Namespace: "data", ServiceAccount: "postgres", Access: access(bucket)}, parent)
		if identity != nil {
			*identity = made
		}
		return err
	}
}

// TestGrant has exactly the roles that each access makes, each over as little as Azure can.
func TestGrant(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		access func(*cluster.Bucket) cluster.Access
		want   map[string]string // scope to role
	}{
		"a bucket": {
			func(b *cluster.Bucket) cluster.Access { return cluster.Access{Bucket: b} }, map[string]string{"backups-id": blobDataReader},
		},
		"a bucket to write": {
			func(b *cluster.Bucket) cluster.Access { return cluster.Access{Bucket: b, Write: true} }, map[string]string{"backups-id": blobDataContributor},
		},
		"a secret": {
			func(*cluster.Bucket) cluster.Access { return cluster.Access{Secret: pulumi.String(secretID)} }, map[string]string{secretID: secretsUser},
		},
		"a secret to write": {
			func(*cluster.Bucket) cluster.Access {
				return cluster.Access{Secret: pulumi.String(secretID), Write: true}
			},
			map[string]string{secretID: secretsOfficer},
		},
		"secrets by the beginning of their names": {
			func(*cluster.Bucket) cluster.Access {
				return cluster.Access{Secret: pulumi.String(vaultID + "/secrets/prod-*")}
			},
			map[string]string{vaultID: secretsUser},
		},
		"a zone": {
			func(*cluster.Bucket) cluster.Access { return cluster.Access{Zone: pulumi.String(zoneID)} },
			map[string]string{zoneID: reader, "/subscriptions/s/resourceGroups/dns": reader},
		},
		"a zone to write": {
			func(*cluster.Bucket) cluster.Access { return cluster.Access{Zone: pulumi.String(zoneID), Write: true} },
			map[string]string{zoneID: dnsZoneContributor, "/subscriptions/s/resourceGroups/dns": reader},
		},
		"a key": {
			func(*cluster.Bucket) cluster.Access { return cluster.Access{Key: pulumi.String(vaultID + "/keys/k")} },
			map[string]string{vaultID + "/keys/k": cryptoUser},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var identity *cluster.Identity
			access := func(b *cluster.Bucket) []cluster.Access { return []cluster.Access{c.access(b)} }
			rec := record(t, mocks.Up, dev(), grant(access, &identity))
			found := map[string]string{}
			all(t, rec, assignmentType, func(a *mocks.Resource) {
				if a.At("principalId") == "it-principal" {
					role := a.At("roleDefinitionId").(string)
					found[a.At("scope").(string)] = role[strings.LastIndex(role, "/")+1:]
					assert.Contains(t, a.Parent, "plinth:aks:Identity::it")
				}
			})
			assert.Equal(t, c.want, found)
			assert.Len(t, identity.Resources, len(c.want)+1, "pods wait for the roles and for the credential")
			record(t, mocks.Preview, dev(), grant(access, nil))
		})
	}
}

// TestFederation: the pods of one ServiceAccount take the identity, and nobody else.
func TestFederation(t *testing.T) {
	t.Parallel()
	var identity *cluster.Identity
	rec := record(t, mocks.Up, dev(), func(ctx *pulumi.Context, c *cluster.Cluster, parent pulumi.ResourceOption) error {
		err := grant(func(b *cluster.Bucket) []cluster.Access { return []cluster.Access{{Bucket: b}} }, &identity)(ctx, c, parent)
		if err == nil {
			ctx.Export("annotations", identity.Annotations)
			ctx.Export("labels", identity.PodLabels)
		}
		return err
	})
	require.Len(t, rec.ByType(federationType), 1, "Azure takes one credential of an identity at a time")
	federation := rec.Get(t, federationType, "it-federation")
	assert.Equal(t, "https://westeurope.oic.prod-aks.azure.com/"+akstest.Tenant+"/cluster/", federation.At("issuer"))
	assert.Equal(t, "system:serviceaccount:data:postgres", federation.At("subject"))
	assert.Equal(t, []any{"api://AzureADTokenExchange"}, federation.At("audiences"))
	assert.Equal(t, "it-1a2b", federation.At("resourceName"))
	assert.Equal(t, map[string]any{"azure.workload.identity/client-id": "it-client"}, rec.Outputs["annotations"])
	assert.Equal(t, map[string]any{"azure.workload.identity/use": "true"}, rec.Outputs["labels"])
}

func TestGrantRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		access []cluster.Access
		want   string
	}{
		"nothing": {nil, "no access is named"},
		"neither": {[]cluster.Access{{Write: true}}, "access[0]: exactly one of Bucket, Secret, Zone and Key must be set"},
		"both":    {[]cluster.Access{{Key: pulumi.String("a")}, {Key: pulumi.String("a"), Zone: pulumi.String("b")}}, "access[1]: exactly one of"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := mocks.Fail(t, program(dev(), grant(func(*cluster.Bucket) []cluster.Access { return c.access }, nil)), akstest.Outputs()...)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, "granting it to data/postgres")
		})
	}
}

func TestBucket(t *testing.T) {
	t.Parallel()
	for name, args := range map[string]*cluster.BucketArgs{"for ever": {Protect: true}, "for a fortnight": {KeepDays: 14}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run mode) {
				rec := record(t, run, prod(), func(ctx *pulumi.Context, c *cluster.Cluster, parent pulumi.ResourceOption) error {
					b, err := c.Services.NewBucket(ctx, "backups", args, parent)
					if err != nil {
						return err
					}
					ctx.Export("url", b.URL)
					return nil
				})
				account, container := rec.Get(t, accountType, "backups-account"), rec.Get(t, "azure-native:storage:BlobContainer", "backups")
				assert.Equal(t, args.Protect, account.Protect)
				assert.Equal(t, args.Protect, container.Protect)
				assert.Equal(t, args.Protect, rec.Has(lockType, "backups-lock"))
				assert.Equal(t, "None", container.At("publicAccess"))
				assert.Equal(t, "Standard_ZRS", account.At("sku.name"), "in all zones")
				equal(t, "Deny", account.At("networkRuleSet.defaultAction"))
				assert.Equal(t, []string{rec.Get(t, subnetType, "cluster-nodes").URN}, account.PropertyDependencies["networkRuleSet"][:1])

				versions := rec.Get(t, "azure-native:storage:BlobServiceProperties", "backups-versions")
				assert.Equal(t, true, versions.At("isVersioningEnabled"))
				for _, policy := range []string{"deleteRetentionPolicy", "containerDeleteRetentionPolicy"} {
					equal(t, map[string]any{"enabled": true, "days": 7.0}, versions.At(policy))
				}
				assert.Equal(t, args.KeepDays > 0, rec.Has("azure-native:storage:ManagementPolicy", "backups-retention"))
				if args.KeepDays > 0 {
					rule := mocks.One(t, rec.Get(t, "azure-native:storage:ManagementPolicy", "backups-retention").At("policy.rules"))
					assert.Equal(t, true, rule["enabled"])
					assert.Equal(t, map[string]any{
						"baseBlob": map[string]any{"delete": map[string]any{"daysAfterModificationGreaterThan": 14.0}},
						"version":  map[string]any{"delete": map[string]any{"daysAfterCreationGreaterThan": 14.0}},
					}, mocks.At(rule, "definition.actions"))
				}
				if rec.Outputs["url"] != mocks.Unknown {
					assert.Equal(t, "https://backups-account-1a2b.blob.core.windows.net/backups-1a2b", rec.Outputs["url"])
					assert.Regexp(t, `^[a-z0-9]{3,24}$`, account.At("accountName"))
				}
			})
		})
	}
}

func TestRegistry(t *testing.T) {
	t.Parallel()
	args := prod()
	args.KeepImages = 7
	rec := record(t, mocks.Up, args, nil)
	registry := rec.Get(t, registryType, "cluster-registry")
	assert.Equal(t, "Premium", registry.At("sku.name"))
	assert.Regexp(t, `^[a-z0-9]{5,50}$`, registry.At("registryName"))
	assert.Equal(t, map[string]any{"status": "enabled", "days": 7.0}, registry.At("policies.retentionPolicy"))
	assert.Equal(t, "cluster-registry.azurecr.io", rec.Outputs["registry"])

	task := rec.Get(t, "azure-native:containerregistry:Task", "cluster-purge")
	steps, err := base64.StdEncoding.DecodeString(task.At("step.encodedTaskContent").(string))
	require.NoError(t, err)
	assert.Contains(t, string(steps), "acr purge --filter '.*:.*' --ago 0d --keep 7\n")
	assert.Equal(t, "Enabled", task.At("status"))
	assert.Equal(t, "0 3 * * *", mocks.One(t, task.At("trigger.timerTriggers"))["schedule"])

	args.KeepImages = 0
	task = record(t, mocks.Up, args, nil).Get(t, "azure-native:containerregistry:Task", "cluster-purge")
	steps, err = base64.StdEncoding.DecodeString(task.At("step.encodedTaskContent").(string))
	require.NoError(t, err)
	assert.Contains(t, string(steps), "--keep 100\n")
}

func TestSecretStore(t *testing.T) {
	t.Parallel()
	rec := record(t, mocks.Up, prod(), func(ctx *pulumi.Context, c *cluster.Cluster, _ pulumi.ResourceOption) error {
		ctx.Export("store", c.Services.SecretStore().Spec)
		assert.Equal(t, "azurekv", c.Services.SecretStore().Provider)
		return nil
	})
	assert.Equal(t, map[string]any{"vaultUrl": "https://cluster-secrets-1a2b.vault.azure.net", "tenantId": akstest.Tenant}, rec.Outputs["store"])
	assert.Regexp(t, `^[a-z][a-z0-9]{2,23}$`, rec.Get(t, vaultType, "cluster-secrets").At("vaultName"))
	assert.NotEqual(t, rec.Get(t, vaultType, "cluster-keys").At("vaultName"), rec.Get(t, vaultType, "cluster-secrets").At("vaultName"))
}

func TestStorageClass(t *testing.T) {
	t.Parallel()
	class := record(t, mocks.Up, prod(), nil).Get(t, classType, "cluster-encrypted")
	assert.Equal(t, "disk.csi.azure.com", class.At("provisioner"))
	assert.Equal(t, map[string]any{"skuName": "Premium_LRS", "diskEncryptionSetID": "cluster-disks-id"}, class.At("parameters"))
	assert.Equal(t, map[string]any{"storageclass.kubernetes.io/is-default-class": "true"}, class.At("metadata.annotations"))
	assert.Equal(t, "WaitForFirstConsumer", class.At("volumeBindingMode"))
	assert.Equal(t, true, class.At("allowVolumeExpansion"))
}

func TestDevicePlugin(t *testing.T) {
	t.Parallel()
	args := prod()
	release := record(t, mocks.Up, args, nil).Get(t, releaseType, "cluster-nvidia-device-plugin")
	assert.Equal(t, "kube-system", release.At("namespace"))
	assert.Equal(t, charts.NVIDIADevicePlugin.Version, release.At("version"))
	assert.Equal(t, map[string]any{"nvidia.com/gpu.present": "true"}, release.At("values.nodeSelector"))
	chartstest.CheckValues(t, charts.NVIDIADevicePlugin.Name, release.At("values"))

	args.Charts = "oci://registry.example.com/charts"
	assert.Contains(t, record(t, mocks.Preview, args, nil).Get(t, releaseType, "cluster-nvidia-device-plugin").At("chart"), "oci://registry.example.com/charts/")
	assert.Empty(t, record(t, mocks.Preview, dev(), nil).ByType(releaseType), "there is no GPU pool")
}
