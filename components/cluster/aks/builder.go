package aks

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-azure-native-sdk/authorization/v2"
	"github.com/pulumi/pulumi-azure-native-sdk/resources/v2"
	azure "github.com/pulumi/pulumi-azure-native-sdk/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// builder registers the parts of one cluster.
type builder struct {
	ctx      *pulumi.Context
	name     string
	args     *cluster.Args
	place    cluster.Placement
	parent   pulumi.Resource
	provider pulumi.ProviderResource
	tags     pulumi.StringMap
	group    *resources.ResourceGroup
}

func newBuilder(
	ctx *pulumi.Context, name string, args *cluster.Args, place cluster.Placement, parent pulumi.Resource, opts []pulumi.ResourceOption,
) (*builder, error) {
	b := &builder{ctx: ctx, name: name, args: args, place: place, parent: parent, tags: pulumi.ToStringMap(args.Tags)}
	var err error
	if b.provider, err = givenProvider(opts); err != nil {
		return nil, err
	}
	if b.provider == nil {
		if b.provider, err = ownProvider(ctx, name, args.Region, parent); err != nil {
			return nil, err
		}
	}
	b.group, err = resources.NewResourceGroup(ctx, name+"-group", &resources.ResourceGroupArgs{
		Location: pulumi.String(args.Region), Tags: b.tags,
	}, b.children(pulumi.Protect(args.Protect))...)
	if err != nil {
		return nil, fmt.Errorf("making the resource group: %w", err)
	}
	return b, nil
}

// givenProvider is the azure-native provider among the options, or nil.
func givenProvider(opts []pulumi.ResourceOption) (pulumi.ProviderResource, error) {
	given, err := pulumi.NewResourceOptions(opts...)
	if err != nil {
		return nil, fmt.Errorf("reading the resource options: %w", err)
	}
	for _, p := range append(slices.Clone(given.Providers), given.Provider) {
		if p, ok := p.(*azure.Provider); ok {
			return p, nil
		}
	}
	return nil, nil
}

// ownProvider takes its credentials from where the Azure CLI and the variables ARM_* say, as every azure-native provider does.
// Only what chooses the account is taken from the stack's configuration, which an explicit provider does not read by itself.
func ownProvider(ctx *pulumi.Context, name, region string, parent pulumi.Resource) (pulumi.ProviderResource, error) {
	args := &azure.ProviderArgs{Location: pulumi.String(region)}
	if id, ok := ctx.GetConfig("azure-native:subscriptionId"); ok {
		args.SubscriptionId = pulumi.String(id)
	}
	if id, ok := ctx.GetConfig("azure-native:tenantId"); ok {
		args.TenantId = pulumi.String(id)
	}
	p, err := azure.NewProvider(ctx, name+"-azure", args, pulumi.Parent(parent))
	if err != nil {
		return nil, fmt.Errorf("making the azure-native provider: %w", err)
	}
	return p, nil
}

// children are the options of a resource of the cluster.
func (b *builder) children(more ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return b.below(b.parent, more...)
}

// below are the options of an Azure resource that is part of another component.
func (b *builder) below(parent pulumi.Resource, more ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return append([]pulumi.ResourceOption{pulumi.Parent(parent), pulumi.Provider(b.provider)}, more...)
}

// unique is a name of at most 24 lower-case letters and digits for what must be named uniquely in all of Azure: registries, vaults
// and storage accounts. The resource group's own name is unique in the subscription, and so is its id in Azure.
func (b *builder) unique(name string) pulumi.StringOutput {
	readable := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
	return b.group.ID().ToStringOutput().ApplyT(func(group string) string {
		sum := sha256.Sum256([]byte(strings.ToLower(group) + "/" + name))
		return "p" + readable[:min(13, len(readable))] + hex.EncodeToString(sum[:])[:10]
	}).(pulumi.StringOutput)
}

// lock is the cloud's own protection from deletion of what scope is, with all below it. Only where the cluster is protected.
func (b *builder) lock(name string, scope pulumi.IDOutput, parent pulumi.Resource) error {
	_, err := authorization.NewManagementLockByScope(b.ctx, name+"-lock", &authorization.ManagementLockByScopeArgs{
		Level: pulumi.String("CanNotDelete"), Scope: scope.ToStringOutput(),
		Notes: pulumi.String("Kept by Plinth; lifted by plinth:destroy: allow."),
	}, b.below(parent)...)
	if err != nil {
		return fmt.Errorf("locking %s: %w", name, err)
	}
	return nil
}
