package gke

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/managed"
)

// services are the project's.
type services struct {
	*builder

	number, registry pulumi.StringOutput
	managed          managed.Services
}

var _ cluster.Services = (*services)(nil)

// Registry is the address of the platform's repository in Artifact Registry.
func (s *services) Registry() pulumi.StringOutput { return s.registry }

// SecretStore is the project's Secret Manager. Without authentication External Secrets goes there as its own ServiceAccount, which a
// Grant lets read the secrets.
func (s *services) SecretStore() cluster.SecretStore {
	return cluster.SecretStore{Provider: "gcpsm", Spec: pulumi.Map{"projectID": pulumi.String(s.project)}}
}

// replacedDays is how many days the overwritten versions of objects that are kept for ever can be brought back.
const replacedDays = 30

// NewBucket makes a bucket in the cluster's region. Google encrypts it with keys of its own: those of the platform would need
// an agent that exists only once the project has had a bucket.
func (s *services) NewBucket(
	ctx *pulumi.Context, name string, args *cluster.BucketArgs, opts ...pulumi.ResourceOption,
) (*cluster.Bucket, error) {
	bucket, err := storage.NewBucket(ctx, name, &storage.BucketArgs{
		Project:                  pulumi.String(s.project),
		Location:                 pulumi.String(s.args.Region),
		Labels:                   pulumi.ToStringMap(s.labels),
		UniformBucketLevelAccess: pulumi.Bool(true),
		PublicAccessPrevention:   pulumi.String("enforced"),
		Versioning:               storage.BucketVersioningArgs{Enabled: pulumi.Bool(true)},
		LifecycleRules:           storage.BucketLifecycleRuleArray{expiry(args.KeepDays)},
		ForceDestroy:             pulumi.Bool(!args.Protect),
	}, append(s.child(pulumi.Protect(args.Protect)), opts...)...)
	if err != nil {
		return nil, fmt.Errorf("making bucket %s: %w", name, err)
	}
	return &cluster.Bucket{Name: bucket.Name, URL: bucket.Url, ID: bucket.Name, Resource: bucket}, nil
}

func expiry(days int) storage.BucketLifecycleRuleArgs {
	condition := storage.BucketLifecycleRuleConditionArgs{Age: pulumi.Int(days), WithState: pulumi.String("ANY")}
	if days == 0 {
		// Without NoAge the provider sends an age of 0, which matches everything.
		condition = storage.BucketLifecycleRuleConditionArgs{
			DaysSinceNoncurrentTime: pulumi.Int(replacedDays), NoAge: pulumi.Bool(true), WithState: pulumi.String("ARCHIVED"),
		}
	}
	return storage.BucketLifecycleRuleArgs{
		Action: storage.BucketLifecycleRuleActionArgs{Type: pulumi.String("Delete")}, Condition: condition,
	}
}
