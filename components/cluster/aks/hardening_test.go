package aks_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// rows are those of the Azure table of cloud-facts.md, by number and rule ids. What they hold of must be there: all fails where
// there is none.
var rows = []struct {
	name  string
	holds func(t *testing.T, rec *mocks.Recording, args *cluster.Args)
}{
	// dev and prod name ranges here, stage is private.
	{"01 CKV_AZURE_115 AZU-0065 CIS-5.4.2 private API server, or named ranges", onCluster(func(t *testing.T, c *mocks.Resource, args *cluster.Args) {
		assert.Equal(t, len(args.Spec.API.Allow) == 0, c.At("apiServerAccessProfile.enablePrivateCluster"))
	})},
	{"02 CKV_AZURE_6 AZU-0041 ranges of the public API server", onCluster(func(t *testing.T, c *mocks.Resource, args *cluster.Args) {
		ranges := c.At("apiServerAccessProfile.authorizedIPRanges")
		if c.At("apiServerAccessProfile.enablePrivateCluster") == true {
			assert.Nil(t, ranges)
			return
		}
		require.Len(t, ranges, 2)
		assert.Equal(t, args.Spec.API.Allow[0], ranges.([]any)[0])
		equal(t, "198.51.100.9/32", ranges.([]any)[1], "the nodes themselves")
	})},
	{"03 no commands through Azure", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		assert.Equal(t, true, c.At("apiServerAccessProfile.disableRunCommand"))
	})},
	{"04 CKV_AZURE_141 no local accounts", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		assert.Equal(t, true, c.At("disableLocalAccounts"))
	})},
	{"05 CIS-5.5.1 CIS-5.5.2 Entra and Azure RBAC", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		assert.Equal(t, map[string]any{"managed": true, "enableAzureRBAC": true, "adminGroupObjectIDs": []any{ops}}, c.At("aadProfile"))
	})},
	{"06 CKV_AZURE_5 AZU-0042 RBAC", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		assert.Equal(t, true, c.At("enableRBAC"))
	})},
	{"07 CKV2_AZURE_29 Azure CNI with an overlay", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		assert.Equal(t, "azure", c.At("networkProfile.networkPlugin"))
		assert.Equal(t, "overlay", c.At("networkProfile.networkPluginMode"))
	})},
	{"08 CKV_AZURE_7 AZU-0043 network policy engine", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		assert.Equal(t, "cilium", c.At("networkProfile.networkPolicy"))
		assert.Equal(t, "cilium", c.At("networkProfile.networkDataplane"))
	})},
	{"09 way out through our NAT gateway", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		assert.Equal(t, "userAssignedNATGateway", c.At("networkProfile.outboundType"))
		assert.Equal(t, "standard", c.At("networkProfile.loadBalancerSku"))
	})},
	{"10 CKV_AZURE_116 AZU-0066 Azure Policy", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		assert.Equal(t, true, c.At("addonProfiles.azurepolicy.enabled"))
	})},
	{"11 CKV_AZURE_4 AZU-0040 container logs to a workspace", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		c := rec.Get(t, clusterType, "cluster")
		assert.Equal(t, true, c.At("addonProfiles.omsagent.enabled"))
		equal(t, "cluster-logs-id", c.At("addonProfiles.omsagent.config.logAnalyticsWorkspaceResourceID"))
		assert.Contains(t, c.PropertyDependencies["addonProfiles"], rec.Get(t, workspaceType, "cluster-logs").URN)
		rule := rec.Get(t, "azure-native:insights:DataCollectionRule", "cluster-containers")
		association := rec.Get(t, "azure-native:insights:DataCollectionRuleAssociation", "cluster-containers-association")
		assert.Equal(t, []string{rule.URN}, association.PropertyDependencies["dataCollectionRuleId"])
		assert.Equal(t, []string{c.URN}, association.PropertyDependencies["resourceUri"])
	}},
	{"12 CKV_AZURE_172 secrets are fetched again", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		assert.Equal(t, true, c.At("addonProfiles.azureKeyvaultSecretsProvider.enabled"))
		assert.Equal(t, "true", c.At("addonProfiles.azureKeyvaultSecretsProvider.config.enableSecretRotation"), "a string, as the API has it")
	})},
	{"13 CIS-5.2.1 workload identity", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		assert.Equal(t, true, c.At("oidcIssuerProfile.enabled"))
		equal(t, true, c.At("securityProfile.workloadIdentity.enabled"))
	})},
	{"14 CIS-5.1.1 Defender", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		equal(t, true, c.At("securityProfile.defender.securityMonitoring.enabled"))
		equal(t, "cluster-logs-id", c.At("securityProfile.defender.logAnalyticsWorkspaceResourceId"))
	})},
	{"15 unused images are removed", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		equal(t, true, c.At("securityProfile.imageCleaner.enabled"))
	})},
	// A customer key is used everywhere, not only where one is required: it cannot be added later.
	{"16 CIS-5.3.1 Secrets under a customer key", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		c := rec.Get(t, clusterType, "cluster")
		equal(t, true, c.At("securityProfile.azureKeyVaultKms.enabled"))
		equal(t, "cluster-etcd-key.vault.azure.net/1", c.At("securityProfile.azureKeyVaultKms.keyId"))
		assert.Contains(t, c.PropertyDependencies["securityProfile"], rec.Get(t, keyType, "cluster-etcd-key").URN)
	}},
	{"17 CKV_AZURE_117 AZU-0067 disks under a customer key", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		c, set := rec.Get(t, clusterType, "cluster"), rec.Get(t, diskKeysType, "cluster-disks")
		assert.Equal(t, []string{set.URN}, c.PropertyDependencies["diskEncryptionSetID"][:1])
		assert.Contains(t, set.PropertyDependencies["activeKey"], rec.Get(t, keyType, "cluster-disk-key").URN)
		assert.Equal(t, "EncryptionAtRestWithCustomerKey", set.At("encryptionType"))
	}},
	// The version is not in ignoreChanges, as the table has it: only its minor part is said, within which the channel `patch` stays.
	{"18 CKV_AZURE_171 upgrades of their own", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		assert.Equal(t, map[string]any{"upgradeChannel": "patch", "nodeOSUpgradeChannel": "NodeImage"}, c.At("autoUpgradeProfile"))
		assert.Regexp(t, `^1\.\d+$`, c.At("kubernetesVersion"))
		assert.NotContains(t, c.IgnoreChanges, "kubernetesVersion")
	})},
	// † At least four hours: learn.microsoft.com/azure/aks/planned-maintenance.
	{"19 maintenance windows", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		var names []any
		all(t, rec, maintenanceType, func(m *mocks.Resource) {
			names = append(names, m.At("configName"))
			assert.GreaterOrEqual(t, m.At("maintenanceWindow.durationHours"), 4.0)
			assert.NotNil(t, m.At("maintenanceWindow.schedule.weekly"))
			assert.Regexp(t, `^\d\d:\d\d$`, m.At("maintenanceWindow.startTime"))
		})
		assert.ElementsMatch(t, []any{"aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"}, names)
	}},
	{"20 CKV_AZURE_170 control plane with an SLA", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		assert.Equal(t, map[string]any{"name": "Base", "tier": "Standard"}, c.At("sku"))
	})},
	{"21 own identity, contributor of our subnet alone", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		c, identity := rec.Get(t, clusterType, "cluster"), rec.Get(t, identityType, "cluster-identity")
		assert.Equal(t, "UserAssigned", c.At("identity.type"))
		assert.Equal(t, []string{identity.URN}, c.PropertyDependencies["identity"][:1])
		join := rec.Get(t, assignmentType, "cluster-joins-subnet")
		assert.Equal(t, []string{rec.Get(t, subnetType, "cluster-nodes").URN}, join.PropertyDependencies["scope"][:1])
		assert.Equal(t, []string{identity.URN}, join.PropertyDependencies["principalId"][:1])
		assert.Contains(t, c.Dependencies, join.URN)
	}},
	{"22 node resource group is read only", onCluster(func(t *testing.T, c *mocks.Resource, _ *cluster.Args) {
		assert.Equal(t, "ReadOnly", c.At("nodeResourceGroupProfile.restrictionLevel"))
	})},
	// Of the pool that AKS' own programs are born in; the pool named system takes the platform's own beside.
	{"23 CKV_AZURE_232 nothing else among AKS' own programs", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		assert.Equal(t, []any{"CriticalAddonsOnly=true:NoSchedule"}, bootstrap(t, rec)["nodeTaints"])
	}},
	// † EncryptionAtHost is a feature to register once in a subscription: learn.microsoft.com/azure/aks/enable-host-encryption.
	// TestDisk has the machines without a disk of their own that is big enough: they have no choice but a managed one.
	{"24 CKV_AZURE_143 CKV_AZURE_227 CKV_AZURE_226 no public addresses, encrypted hosts, ephemeral disks", everyPool(func(t *testing.T, pool map[string]any) {
		assert.Equal(t, false, pool["enableNodePublicIP"])
		assert.Equal(t, true, pool["enableEncryptionAtHost"])
		assert.Equal(t, "Ephemeral", pool["osDiskType"])
	})},
	{"25 trusted launch, and a third at a time but on spot", everyPool(func(t *testing.T, pool map[string]any) {
		assert.Equal(t, map[string]any{"enableSecureBoot": true, "enableVTPM": true}, pool["securityProfile"])
		if pool["scaleSetPriority"] == "Spot" {
			assert.Nil(t, mocks.At(pool, "upgradeSettings.maxSurge"))
		} else {
			assert.Equal(t, "33%", mocks.At(pool, "upgradeSettings.maxSurge"))
		}
	})},
	{"26 CKV_AZURE_168 CKV_AZURE_169 room for pods, scale sets", everyPool(func(t *testing.T, pool map[string]any) {
		assert.GreaterOrEqual(t, pool["maxPods"], 50.0)
		assert.Equal(t, "VirtualMachineScaleSets", pool["type"])
	})},
	{"27 CIS-2.1.1 control plane logs", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		setting := rec.Get(t, diagnosticType, "cluster-audit")
		var categories []any
		for _, log := range setting.At("logs").([]any) {
			assert.Equal(t, true, log.(map[string]any)["enabled"])
			categories = append(categories, log.(map[string]any)["category"])
		}
		assert.ElementsMatch(t, []any{"kube-audit-admin", "guard", "kube-controller-manager", "cluster-autoscaler"}, categories)
		assert.Equal(t, []string{rec.Get(t, clusterType, "cluster").URN}, setting.PropertyDependencies["resourceUri"])
		assert.Equal(t, []string{rec.Get(t, workspaceType, "cluster-logs").URN}, setting.PropertyDependencies["workspaceId"])
		assert.GreaterOrEqual(t, rec.Get(t, workspaceType, "cluster-logs").At("retentionInDays"), 365.0)
	}},
	{"28 CKV2_AZURE_31 subnet with security group and NAT gateway", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		subnet := rec.Get(t, subnetType, "cluster-nodes")
		require.Len(t, rec.ByType(subnetType), 1)
		assert.Equal(t, []string{rec.Get(t, firewallType, "cluster-firewall").URN}, subnet.PropertyDependencies["networkSecurityGroup"])
		assert.Equal(t, []string{rec.Get(t, natType, "cluster-nat").URN}, subnet.PropertyDependencies["natGateway"])
	}},
	{"29 CKV_AZURE_12 AZU-0049 flow log of the network", func(t *testing.T, rec *mocks.Recording, _ *cluster.Args) {
		flows := rec.Get(t, flowLogType, "cluster-flows")
		require.Len(t, rec.ByType(networkType), 1)
		assert.Equal(t, []string{rec.Get(t, networkType, "cluster-network").URN}, flows.PropertyDependencies["targetResourceId"])
		assert.Equal(t, true, flows.At("enabled"))
		assert.Equal(t, true, flows.At("retentionPolicy.enabled"))
		assert.GreaterOrEqual(t, flows.At("retentionPolicy.days"), 90.0)
	}},
}

// TestHardening holds each row against each environment. None is excepted in stage or dev.
func TestHardening(t *testing.T) {
	t.Parallel()
	require.Len(t, rows, 29)
	for name, environment := range environments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run mode) {
				args := environment()
				rec := record(t, run, args, nil)
				for _, row := range rows {
					t.Run(row.name, func(t *testing.T) { row.holds(t, rec, args) })
				}
			})
		})
	}
}

// TestClosed holds what no row says: storage, vaults and registry take nobody but those with a role, and nobody from elsewhere.
func TestClosed(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run mode) {
		rec := record(t, run, prod(), nil)
		all(t, rec, accountType, func(a *mocks.Resource) {
			for _, input := range []string{"allowSharedKeyAccess", "allowBlobPublicAccess", "allowCrossTenantReplication", "isLocalUserEnabled"} {
				assert.Equal(t, false, a.At(input), "%s %s", a.Name, input)
			}
			assert.Equal(t, true, a.At("enableHttpsTrafficOnly"))
			assert.Equal(t, "TLS1_2", a.At("minimumTlsVersion"))
			assert.Equal(t, "Deny", a.At("networkRuleSet.defaultAction"))
		})
		all(t, rec, vaultType, func(v *mocks.Resource) {
			equal(t, true, v.At("properties.enableRbacAuthorization"), v.Name)
			equal(t, true, v.At("properties.enablePurgeProtection"), v.Name)
			equal(t, 90.0, v.At("properties.softDeleteRetentionInDays"), v.Name)
			equal(t, nil, v.At("properties.enabledForDiskEncryption"), "for Azure Disk Encryption, which is not used: %s", v.Name)
		})
		// That of the keys must be open: AKS' control plane comes from anywhere.
		equal(t, nil, rec.Get(t, vaultType, "cluster-keys").At("properties.networkAcls"))
		store := rec.Get(t, vaultType, "cluster-secrets")
		equal(t, "Deny", store.At("properties.networkAcls.defaultAction"))
		equal(t, []any{map[string]any{"value": "203.0.113.0/24"}}, store.At("properties.networkAcls.ipRules"))
		all(t, rec, keyType, func(k *mocks.Resource) {
			policy := mocks.One(t, k.At("properties.rotationPolicy.lifetimeActions"))
			assert.Equal(t, "Rotate", mocks.At(policy, "action.type"), k.Name)
			assert.Equal(t, "P1Y", mocks.At(policy, "trigger.timeAfterCreate"), k.Name)
		})
		assert.Equal(t, false, rec.Get(t, registryType, "cluster-registry").At("adminUserEnabled"))
		assert.Equal(t, true, rec.Get(t, workspaceType, "cluster-logs").At("features.disableLocalAuth"))

		web := mocks.One(t, rec.Get(t, firewallType, "cluster-firewall").At("securityRules"))
		assert.Equal(t, []any{"80", "443"}, web["destinationPortRanges"], "the internet reaches load balancers and nothing else")
	})
}

// TestRoles has every role that the cluster itself gives, to whom, and over what. Nobody has one over the group or more.
func TestRoles(t *testing.T) {
	t.Parallel()
	rec := record(t, mocks.Up, prod(), nil)
	found := map[string][]string{}
	all(t, rec, assignmentType, func(a *mocks.Resource) {
		role := a.At("roleDefinitionId").(string)
		found[a.Name] = []string{role[strings.LastIndex(role, "/")+1:], a.At("principalId").(string), a.At("scope").(string)}
		assert.Equal(t, "ServicePrincipal", a.At("principalType"))
	})
	assert.Equal(t, map[string][]string{
		"cluster-joins-subnet": {"4d97b98b-1d4f-4787-a291-c67834d212e7", "cluster-identity-principal", "cluster-nodes-id"},
		"cluster-keys-user":    {"12338af0-0e69-4776-bea7-57ae8d297424", "cluster-identity-principal", "cluster-keys-id"},
		"cluster-disks-reader": {"acdd72a7-3385-48ef-bd42-f606fba81ae7", "cluster-identity-principal", "cluster-disks-id"},
		"cluster-flows-writer": {"ba92f5b4-2d11-453d-a403-e96b0029c9fe", "cluster-flows-identity-principal", "cluster-flows-account-id"},
		"cluster-pulls-images": {"7f951dda-4ed3-4680-a7ca-43fe172d538d", "cluster-kubelet", "cluster-registry-id"},
	}, found)
}

func onCluster(holds func(*testing.T, *mocks.Resource, *cluster.Args)) func(*testing.T, *mocks.Recording, *cluster.Args) {
	return func(t *testing.T, rec *mocks.Recording, args *cluster.Args) {
		require.Len(t, rec.ByType(clusterType), 1)
		holds(t, rec.Get(t, clusterType, "cluster"), args)
	}
}

// everyPool holds of the inline pool and of every other.
func everyPool(holds func(*testing.T, map[string]any)) func(*testing.T, *mocks.Recording, *cluster.Args) {
	return func(t *testing.T, rec *mocks.Recording, args *cluster.Args) {
		holds(t, bootstrap(t, rec))
		require.Len(t, rec.ByType(poolType), len(args.Spec.Pools))
		all(t, rec, poolType, func(pool *mocks.Resource) { holds(t, pool.Inputs) })
	}
}

// bootstrap is the one inline pool.
func bootstrap(t *testing.T, rec *mocks.Recording) map[string]any {
	t.Helper()
	return mocks.One(t, rec.Get(t, clusterType, "cluster").At("agentPoolProfiles"))
}
