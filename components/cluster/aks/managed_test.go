package aks_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// TestManaged: the services of Azure have their endpoints in the cluster's network, admit its nodes, and read keys of its vault.
func TestManaged(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run mode) {
		rec := record(t, run, prod(), func(ctx *pulumi.Context, c *cluster.Cluster, parent pulumi.ResourceOption) error {
			return dataServices(ctx, c.Services.Managed(), parent)
		})
		vault := rec.Get(t, "azure-native:keyvault:Vault", "cluster-keys").URN
		for _, name := range []string{"postgres", "redis"} {
			assert.Contains(t, rec.Get(t, "azure-native:keyvault:Key", name+"-key").PropertyDependencies["vaultName"], vault)
			access := rec.Get(t, "azure-native:authorization:RoleAssignment", name+"-key")
			assert.Equal(t, []string{vault}, access.PropertyDependencies["scope"])
			assert.Equal(t, []string{rec.Get(t, "azure-native:managedidentity:UserAssignedIdentity", name+"-identity").URN}, access.PropertyDependencies["principalId"])
		}
		subnet := rec.Get(t, "azure-native:network:Subnet", "cluster-data")
		assert.Equal(t, []string{rec.Get(t, "azure-native:network:VirtualNetwork", "cluster-network").URN}, subnet.PropertyDependencies["virtualNetworkName"])
		assert.Equal(t, "10.0.208.0/20", subnet.Inputs["addressPrefix"])
		rules := rec.Get(t, "azure-native:network:NetworkSecurityGroup", "cluster-data").Inputs["securityRules"].([]any)
		nodes := rec.Get(t, "azure-native:network:Subnet", "cluster-nodes").Inputs["addressPrefix"]
		assert.Equal(t, nodes, rules[0].(map[string]any)["sourceAddressPrefix"])
		assert.True(t, rec.Has("azure-native:authorization:ManagementLockByScope", "postgres-lock"), "what is protected is locked")
		assert.False(t, rec.Has("azure-native:authorization:ManagementLockByScope", "redis-lock"))
	})
}
