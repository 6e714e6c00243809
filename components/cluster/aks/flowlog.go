package aks

import (
	"fmt"

	"github.com/pulumi/pulumi-azure-native-sdk/managedidentity/v2"
	"github.com/pulumi/pulumi-azure-native-sdk/network/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// flowLogDays is how long the record of the network's traffic is kept (CKV_AZURE_12 asks for 90 days).
const flowLogDays = 90

// flowLog records who talked to whom in the network, in a storage account that only Azure's own services write to.
func (b *builder) flowLog(vnet *network.VirtualNetwork) error {
	account, err := b.storageAccount(b.name+"-flows", nil, false, b.children()...)
	if err != nil {
		return err
	}
	writer, err := managedidentity.NewUserAssignedIdentity(b.ctx, b.name+"-flows-identity", &managedidentity.UserAssignedIdentityArgs{
		ResourceGroupName: b.group.Name, Location: pulumi.String(b.args.Region), Tags: b.tags,
	}, b.children()...)
	if err != nil {
		return fmt.Errorf("making the identity that writes flow logs: %w", err)
	}
	access, err := b.assign(b.name+"-flows-writer", blobDataContributor, account.ID().ToStringOutput(), writer.PrincipalId, b.children()...)
	if err != nil {
		return err
	}
	return newFlowLog(b.ctx, b.name+"-flows", flowLogArgs{
		region: b.args.Region, target: vnet.ID().ToStringOutput(), storage: account.ID().ToStringOutput(),
		identity: writer.ID().ToStringOutput(), days: flowLogDays, tags: b.tags,
	}, b.children(pulumi.DependsOn([]pulumi.Resource{access}))...)
}

// flowLogArgs are the inputs of a flow log of a whole virtual network.
type flowLogArgs struct {
	region                    string
	target, storage, identity pulumi.StringInput
	days                      int
	tags                      pulumi.StringMap
}

// newFlowLog registers a network.FlowLog of API 2024-05-01, by its token: the Go package of the default API (2023-02-01) lacks
// identity, without which the storage account would have to accept shared keys, and that of 2024-05-01 costs minutes to compile.
// The network watcher is the one that Azure makes in each region with the first network there.
func newFlowLog(ctx *pulumi.Context, name string, args flowLogArgs, opts ...pulumi.ResourceOption) error {
	var res pulumi.CustomResourceState
	err := ctx.RegisterResource("azure-native:network/v20240501:FlowLog", name, pulumi.Map{
		"networkWatcherName": pulumi.String("NetworkWatcher_" + args.region), "resourceGroupName": pulumi.String("NetworkWatcherRG"),
		"location": pulumi.String(args.region), "tags": args.tags,
		"targetResourceId": args.target, "storageId": args.storage, "enabled": pulumi.Bool(true),
		"identity":        pulumi.Map{"type": pulumi.String("UserAssigned"), "userAssignedIdentities": pulumi.StringArray{args.identity}},
		"format":          pulumi.Map{"type": pulumi.String("JSON"), "version": pulumi.Int(2)},
		"retentionPolicy": pulumi.Map{"days": pulumi.Int(args.days), "enabled": pulumi.Bool(true)},
	}, &res, opts...)
	if err != nil {
		return fmt.Errorf("making the flow log: %w", err)
	}
	return nil
}
