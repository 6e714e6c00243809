package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// bucket is an S3 bucket with everything that closes it.
type bucket struct{ pulumi.ResourceState }

// undoDays is how long overwritten and deleted objects can be brought back, where objects are kept for ever.
const undoDays = 30

// NewBucket implements cluster.Services.
func (s *services) NewBucket(ctx *pulumi.Context, name string, args *cluster.BucketArgs, opts ...pulumi.ResourceOption) (*cluster.Bucket, error) {
	self := &bucket{}
	if err := ctx.RegisterComponentResource("plinth:eks:Bucket", name, self, opts...); err != nil {
		return nil, fmt.Errorf("registering bucket %s: %w", name, err)
	}
	made, err := s3.NewBucketV2(ctx, name, &s3.BucketV2Args{ForceDestroy: pulumi.Bool(!args.Protect)}, s.below(self, pulumi.Protect(args.Protect))...)
	if err != nil {
		return nil, fmt.Errorf("making bucket %s: %w", name, err)
	}
	if err := s.closeBucket(ctx, name, made, self); err != nil {
		return nil, fmt.Errorf("closing bucket %s: %w", name, err)
	}
	if err := s.keepObjects(ctx, name, made, args.KeepDays, self); err != nil {
		return nil, fmt.Errorf("setting the retention of bucket %s: %w", name, err)
	}
	b := &cluster.Bucket{Name: made.Bucket, URL: pulumi.Sprintf("s3://%s", made.Bucket), ID: made.Arn, Resource: self}
	return b, ctx.RegisterResourceOutputs(self, pulumi.Map{"name": b.Name, "url": b.URL})
}

// closeBucket encrypts the bucket with the data key and keeps out everyone without a right of their own, and plain text.
func (s *services) closeBucket(ctx *pulumi.Context, name string, made *s3.BucketV2, self pulumi.Resource) error {
	_, err := s3.NewBucketServerSideEncryptionConfigurationV2(ctx, name, &s3.BucketServerSideEncryptionConfigurationV2Args{
		Bucket: made.ID(),
		Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
			BucketKeyEnabled: pulumi.Bool(true),
			ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
				SseAlgorithm: pulumi.String("aws:kms"), KmsMasterKeyId: s.keys.data.Arn,
			},
		}},
	}, s.below(self)...)
	if err != nil {
		return fmt.Errorf("encrypting it: %w", err)
	}
	_, err = s3.NewBucketOwnershipControls(ctx, name, &s3.BucketOwnershipControlsArgs{
		Bucket: made.ID(), Rule: s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, s.below(self)...)
	if err != nil {
		return fmt.Errorf("switching access lists off: %w", err)
	}
	private, err := s3.NewBucketPublicAccessBlock(ctx, name, &s3.BucketPublicAccessBlockArgs{
		Bucket: made.ID(), BlockPublicAcls: pulumi.Bool(true), BlockPublicPolicy: pulumi.Bool(true),
		IgnorePublicAcls: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	}, s.below(self)...)
	if err != nil {
		return fmt.Errorf("blocking the public: %w", err)
	}
	policy := made.Arn.ApplyT(func(arn string) string {
		plain := allow([]string{"s3:*"}, arn, arn+"/*").by("AWS", "*").when("Bool", "aws:SecureTransport", "false")
		plain.Effect = "Deny"
		return document(plain)
	}).(pulumi.StringOutput)
	_, err = s3.NewBucketPolicy(ctx, name, &s3.BucketPolicyArgs{Bucket: made.ID(), Policy: policy},
		s.below(self, pulumi.DependsOn([]pulumi.Resource{private}))...) // S3 takes one such change at a time
	if err != nil {
		return fmt.Errorf("refusing plain text: %w", err)
	}
	return nil
}

func (s *services) keepObjects(ctx *pulumi.Context, name string, made *s3.BucketV2, days int, self pulumi.Resource) error {
	versioning, err := s3.NewBucketVersioningV2(ctx, name, &s3.BucketVersioningV2Args{
		Bucket:                  made.ID(),
		VersioningConfiguration: s3.BucketVersioningV2VersioningConfigurationArgs{Status: pulumi.String("Enabled")},
	}, s.below(self)...)
	if err != nil {
		return fmt.Errorf("keeping versions: %w", err)
	}
	rule := s3.BucketLifecycleConfigurationV2RuleArgs{
		Id: pulumi.String("keep"), Status: pulumi.String("Enabled"), Filter: s3.BucketLifecycleConfigurationV2RuleFilterArgs{},
		AbortIncompleteMultipartUpload: s3.BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{DaysAfterInitiation: pulumi.Int(7)},
		NoncurrentVersionExpiration:    s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{NoncurrentDays: pulumi.Int(undoDays)},
	}
	if days > 0 {
		rule.Expiration = s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(days)}
		rule.NoncurrentVersionExpiration = s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{NoncurrentDays: pulumi.Int(days)}
	}
	_, err = s3.NewBucketLifecycleConfigurationV2(ctx, name, &s3.BucketLifecycleConfigurationV2Args{
		Bucket: made.ID(), Rules: s3.BucketLifecycleConfigurationV2RuleArray{rule},
	}, s.below(self, pulumi.DependsOn([]pulumi.Resource{versioning}))...)
	if err != nil {
		return fmt.Errorf("ending objects: %w", err)
	}
	return nil
}
