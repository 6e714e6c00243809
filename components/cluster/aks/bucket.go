package aks

import (
	"fmt"

	"github.com/pulumi/pulumi-azure-native-sdk/storage/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// NewBucket makes a container in a storage account of its own, reached from the cluster's subnet alone.
func (s *services) NewBucket(ctx *pulumi.Context, name string, args *cluster.BucketArgs, opts ...pulumi.ResourceOption) (*cluster.Bucket, error) {
	c := &pulumi.ResourceState{}
	if err := ctx.RegisterComponentResource("plinth:aks:Bucket", name, c, opts...); err != nil {
		return nil, fmt.Errorf("registering bucket %s: %w", name, err)
	}
	account, err := s.storageAccount(name, s.net.subnet, args.Protect, s.below(c)...)
	if err != nil {
		return nil, err
	}
	if args.Protect {
		if err := s.lock(name, account.ID(), c); err != nil {
			return nil, err
		}
	}
	if err := s.retention(name, account, args, c); err != nil {
		return nil, err
	}
	container, err := storage.NewBlobContainer(ctx, name, &storage.BlobContainerArgs{
		ResourceGroupName: s.group.Name, AccountName: account.Name, ContainerName: pulumi.String("data"), PublicAccess: storage.PublicAccessNone,
	}, s.below(c, pulumi.Protect(args.Protect))...)
	if err != nil {
		return nil, fmt.Errorf("making container %s: %w", name, err)
	}
	bucket := &cluster.Bucket{
		Name: container.Name, URL: pulumi.Sprintf("https://%s.blob.core.windows.net/%s", account.Name, container.Name),
		ID: container.ID().ToStringOutput(), Resource: container,
	}
	return bucket, ctx.RegisterResourceOutputs(c, pulumi.Map{"url": bucket.URL})
}

// undeleteDays is how long a deleted object, or the whole container, can be brought back.
const undeleteDays = 7

// retention keeps overwritten versions as long as the objects, and ends both after KeepDays.
func (s *services) retention(name string, account *storage.StorageAccount, args *cluster.BucketArgs, parent pulumi.Resource) error {
	undelete := storage.DeleteRetentionPolicyArgs{Enabled: pulumi.Bool(true), Days: pulumi.Int(undeleteDays)}
	service, err := storage.NewBlobServiceProperties(s.ctx, name+"-versions", &storage.BlobServicePropertiesArgs{
		ResourceGroupName: s.group.Name, AccountName: account.Name, BlobServicesName: pulumi.String("default"),
		IsVersioningEnabled: pulumi.Bool(true), DeleteRetentionPolicy: undelete, ContainerDeleteRetentionPolicy: undelete,
	}, s.below(parent)...)
	if err != nil {
		return fmt.Errorf("keeping versions in %s: %w", name, err)
	}
	if args.KeepDays == 0 {
		return nil
	}
	days := pulumi.Float64(args.KeepDays)
	_, err = storage.NewManagementPolicy(s.ctx, name+"-retention", &storage.ManagementPolicyArgs{
		ResourceGroupName: s.group.Name, AccountName: account.Name, ManagementPolicyName: pulumi.String("default"),
		Policy: storage.ManagementPolicySchemaArgs{Rules: storage.ManagementPolicyRuleArray{storage.ManagementPolicyRuleArgs{
			Name: pulumi.String("retention"), Type: pulumi.String("Lifecycle"), Enabled: pulumi.Bool(true),
			Definition: storage.ManagementPolicyDefinitionArgs{
				Filters: storage.ManagementPolicyFilterArgs{BlobTypes: pulumi.ToStringArray([]string{"blockBlob"})},
				Actions: storage.ManagementPolicyActionArgs{
					BaseBlob: storage.ManagementPolicyBaseBlobArgs{Delete: storage.DateAfterModificationArgs{DaysAfterModificationGreaterThan: days}},
					Version:  storage.ManagementPolicyVersionArgs{Delete: storage.DateAfterCreationArgs{DaysAfterCreationGreaterThan: days}},
				},
			},
		}}},
	}, s.below(parent, pulumi.DependsOn([]pulumi.Resource{service}))...)
	if err != nil {
		return fmt.Errorf("limiting how long %s keeps objects: %w", name, err)
	}
	return nil
}
