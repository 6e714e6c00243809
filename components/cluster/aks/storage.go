package aks

import (
	"fmt"

	"github.com/pulumi/pulumi-azure-native-sdk/storage/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// storageAccount makes an account that takes no shared keys and no anonymous readers, and is closed to all networks but the nodes'
// subnet (to that too, where subnet is nil) and Azure's own logging. Azure encrypts what is in it.
func (b *builder) storageAccount(
	name string, subnet pulumi.StringInput, protect bool, opts ...pulumi.ResourceOption,
) (*storage.StorageAccount, error) {
	rules := storage.NetworkRuleSetArgs{DefaultAction: storage.DefaultActionDeny, Bypass: pulumi.String("Logging, Metrics, AzureServices")}
	if subnet != nil {
		rules.VirtualNetworkRules = storage.VirtualNetworkRuleArray{storage.VirtualNetworkRuleArgs{VirtualNetworkResourceId: subnet}}
	}
	sku := "Standard_LRS"
	if len(b.place.Zones) > 1 {
		sku = "Standard_ZRS"
	}
	account, err := storage.NewStorageAccount(b.ctx, name+"-account", &storage.StorageAccountArgs{
		ResourceGroupName: b.group.Name, Location: pulumi.String(b.args.Region), Tags: b.tags, AccountName: b.unique(name),
		Kind: pulumi.String("StorageV2"), Sku: storage.SkuArgs{Name: pulumi.String(sku)},
		AllowSharedKeyAccess: pulumi.Bool(false), DefaultToOAuthAuthentication: pulumi.Bool(true), AllowBlobPublicAccess: pulumi.Bool(false),
		AllowCrossTenantReplication: pulumi.Bool(false), IsLocalUserEnabled: pulumi.Bool(false),
		EnableHttpsTrafficOnly: pulumi.Bool(true), MinimumTlsVersion: pulumi.String("TLS1_2"), NetworkRuleSet: rules,
		Encryption: storage.EncryptionArgs{KeySource: pulumi.String("Microsoft.Storage"), RequireInfrastructureEncryption: pulumi.Bool(true)},
	}, append(opts, pulumi.Protect(protect))...)
	if err != nil {
		return nil, fmt.Errorf("making storage account %s: %w", name, err)
	}
	return account, nil
}
