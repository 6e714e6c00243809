package aks

import (
	"github.com/pulumi/pulumi-azure-native-sdk/keyvault/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/managed/azure"
)

// Managed implements cluster.Services.
func (s *services) Managed() managed.Services { return s.managed }

// dataServices are those that Azure runs, beside the nodes. Nothing is registered yet.
func (b *builder) dataServices(net *subnetwork, keys *encryption) managed.Services {
	whole, _ := b.args.DataRange(b.place)
	nodes := "VirtualNetwork"
	if private := b.place.Layout.Private; len(private) > 0 {
		nodes = private[0].String()
	}
	return azure.New(&azure.Platform{
		Provider: b.provider, Parent: b.parent, Name: b.name, Region: b.args.Region, Group: b.group.Name,
		VNet: net.vnet, Range: whole, Nodes: nodes, Tags: b.tags,
		Spread: b.args.Spec.Zones > 1, Protect: b.args.Protect,
		Keys: vaultKeys{b, keys.vault}, Unique: b.unique, Lock: b.lock,
	})
}

// vaultKeys are the keys of the platform's vault.
type vaultKeys struct {
	*builder

	vault *keyvault.Vault
}

// New implements azure.Keys.
func (k vaultKeys) New(name string) (pulumi.StringOutput, error) {
	key, err := k.key(name, k.vault)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return key.KeyUriWithVersion, nil
}

// Grant implements azure.Keys.
func (k vaultKeys) Grant(name string, principal pulumi.StringInput, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	return k.assign(name, cryptoServiceUser, k.vault.ID().ToStringOutput(), principal, opts...)
}
