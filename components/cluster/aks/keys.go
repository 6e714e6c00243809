package aks

import (
	"fmt"

	"github.com/pulumi/pulumi-azure-native-sdk/keyvault/v2"
	"github.com/pulumi/pulumi-azure-native-sdk/managedidentity/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// encryption is what the cluster is encrypted with, beside what Azure encrypts anyway.
type encryption struct {
	// key encrypts Secrets in etcd: its URI with the version.
	key pulumi.StringOutput
	// disks is the id of the disk encryption set of the nodes and volumes.
	disks pulumi.StringOutput
	// vault has them, and those of what else the platform encrypts.
	vault *keyvault.Vault
	// access are the role assignments without which the control plane can use neither.
	access []pulumi.Resource
}

// keys makes a vault with the customer's own keys, in every environment: which key a cluster is encrypted with cannot be changed
// without building another, so that it must not hang on a preset.
func (b *builder) keys(identity *managedidentity.UserAssignedIdentity) (*encryption, error) {
	// AKS' control plane reaches the vault from outside our network and cannot pass a vault's firewall ("Limitations" in
	// learn.microsoft.com/azure/aks/use-kms-etcd-encryption), so this vault has none, and holds nothing but these keys.
	vault, err := b.vault(b.name+"-keys", identity.TenantId, nil)
	if err != nil {
		return nil, err
	}
	if b.args.Protect {
		if err := b.lock(b.name+"-keys", vault.ID(), b.parent); err != nil {
			return nil, err
		}
	}
	use, err := b.assign(b.name+"-keys-user", cryptoUser, vault.ID().ToStringOutput(), identity.PrincipalId, b.children()...)
	if err != nil {
		return nil, err
	}
	etcd, err := b.key(b.name+"-etcd", vault)
	if err != nil {
		return nil, err
	}
	disk, err := b.key(b.name+"-disk", vault)
	if err != nil {
		return nil, err
	}
	set, err := newDiskEncryptionSet(b.ctx, b.name+"-disks", diskEncryptionSetArgs{
		group: b.group.Name, region: b.args.Region, key: disk.KeyUriWithVersion, vault: vault.ID().ToStringOutput(),
		identity: identity.ID().ToStringOutput(), tags: b.tags,
	}, b.children(pulumi.DependsOn([]pulumi.Resource{use}), pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return nil, err
	}
	read, err := b.assign(b.name+"-disks-reader", reader, set.ID().ToStringOutput(), identity.PrincipalId, b.children()...)
	if err != nil {
		return nil, err
	}
	return &encryption{
		key: etcd.KeyUriWithVersion, disks: set.ID().ToStringOutput(), vault: vault, access: []pulumi.Resource{use, read},
	}, nil
}

// vault makes a key vault whose rights are roles. Without rules it is open to all networks. What is deleted from it, and the vault
// itself, can be brought back for 90 days and not be purged before: the keys are the data.
func (b *builder) vault(name string, tenant pulumi.StringInput, rules *keyvault.NetworkRuleSetArgs) (*keyvault.Vault, error) {
	properties := keyvault.VaultPropertiesArgs{
		TenantId: tenant, Sku: keyvault.SkuArgs{Family: pulumi.String("A"), Name: keyvault.SkuNameStandard},
		EnableRbacAuthorization: pulumi.Bool(true),
		EnableSoftDelete:        pulumi.Bool(true), SoftDeleteRetentionInDays: pulumi.Int(90), EnablePurgeProtection: pulumi.Bool(true),
	}
	if rules != nil {
		properties.NetworkAcls = *rules
	}
	vault, err := keyvault.NewVault(b.ctx, name, &keyvault.VaultArgs{
		ResourceGroupName: b.group.Name, Location: pulumi.String(b.args.Region), Tags: b.tags,
		VaultName: b.unique(name), Properties: properties,
	}, b.children(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return nil, fmt.Errorf("making vault %s: %w", name, err)
	}
	return vault, nil
}

// key makes a key that Azure replaces each year by a new version; data encrypted with an old one stays readable.
func (b *builder) key(name string, vault *keyvault.Vault) (*keyvault.Key, error) {
	key, err := keyvault.NewKey(b.ctx, name+"-key", &keyvault.KeyArgs{
		ResourceGroupName: b.group.Name, VaultName: vault.Name, KeyName: pulumi.String(name), Tags: b.tags,
		Properties: keyvault.KeyPropertiesArgs{
			Kty: pulumi.String("RSA"), KeySize: pulumi.Int(3072),
			RotationPolicy: keyvault.RotationPolicyArgs{LifetimeActions: keyvault.LifetimeActionArray{keyvault.LifetimeActionArgs{
				Action:  keyvault.ActionArgs{Type: keyvault.KeyRotationPolicyActionTypeRotate},
				Trigger: keyvault.TriggerArgs{TimeAfterCreate: pulumi.String("P1Y")},
			}}},
		},
	}, b.children(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return nil, fmt.Errorf("making key %s: %w", name, err)
	}
	return key, nil
}

// diskEncryptionSetArgs are the inputs of a disk encryption set.
type diskEncryptionSetArgs struct {
	group                pulumi.StringInput
	region               string
	key, vault, identity pulumi.StringInput
	tags                 pulumi.StringMap
}

// newDiskEncryptionSet registers a compute.DiskEncryptionSet by its token: its Go package is too big for the one resource.
func newDiskEncryptionSet(
	ctx *pulumi.Context, name string, args diskEncryptionSetArgs, opts ...pulumi.ResourceOption,
) (*pulumi.CustomResourceState, error) {
	var res pulumi.CustomResourceState
	err := ctx.RegisterResource("azure-native:compute:DiskEncryptionSet", name, pulumi.Map{
		"resourceGroupName": args.group, "location": pulumi.String(args.region), "tags": args.tags,
		"identity":       pulumi.Map{"type": pulumi.String("UserAssigned"), "userAssignedIdentities": pulumi.StringArray{args.identity}},
		"encryptionType": pulumi.String("EncryptionAtRestWithCustomerKey"),
		"activeKey":      pulumi.Map{"keyUrl": args.key, "sourceVault": pulumi.Map{"id": args.vault}},
		// New data takes the newest version of the key by itself.
		"rotationToLatestKeyVersionEnabled": pulumi.Bool(true),
	}, &res, opts...)
	if err != nil {
		return nil, fmt.Errorf("making the disk encryption set: %w", err)
	}
	return &res, nil
}
