package aks

import (
	"fmt"

	containerservice "github.com/pulumi/pulumi-azure-native-sdk/containerservice/v2/v20240901"
	"github.com/pulumi/pulumi-azure-native-sdk/keyvault/v2"
	"github.com/pulumi/pulumi-azure-native-sdk/managedidentity/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/managed"
)

// services are what Azure offers to the cluster's workloads.
type services struct {
	*builder

	plane  *containerservice.ManagedCluster
	net    *subnetwork
	server pulumi.StringOutput
	vault  *keyvault.Vault
	tenant pulumi.StringOutput

	managed managed.Services
}

var _ cluster.Services = (*services)(nil)

// Registry is the address of the container registry.
func (s *services) Registry() pulumi.StringOutput { return s.server }

// SecretStore is the platform's own vault, which holds nothing but what is put there for it.
func (s *services) SecretStore() cluster.SecretStore {
	return cluster.SecretStore{Provider: "azurekv", Spec: pulumi.Map{
		"vaultUrl": s.vault.Properties.VaultUri(), "tenantId": s.tenant,
	}, IDPrefix: pulumi.Sprintf("%s/secrets/", s.vault.ID())}
}

// secretVault makes the secret store. It is closed to all networks but the nodes' subnet and those that may reach the API server. It has no
// lock of its own, since a lock also keeps grants from being taken back; what is deleted from it can be brought back.
func (b *builder) secretVault(net *subnetwork, identity *managedidentity.UserAssignedIdentity) (*keyvault.Vault, error) {
	ips := keyvault.IPRuleArray{}
	for _, allowed := range b.args.Spec.API.Allow {
		ips = append(ips, keyvault.IPRuleArgs{Value: pulumi.String(allowed)})
	}
	vault, err := b.vault(b.name+"-secrets", identity.TenantId, &keyvault.NetworkRuleSetArgs{
		DefaultAction: pulumi.String("Deny"), Bypass: pulumi.String("AzureServices"), IpRules: ips,
		VirtualNetworkRules: keyvault.VirtualNetworkRuleArray{keyvault.VirtualNetworkRuleArgs{Id: net.subnet}},
	})
	if err != nil {
		return nil, fmt.Errorf("making the secret store: %w", err)
	}
	return vault, nil
}
