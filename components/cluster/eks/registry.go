package eks

import (
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecr"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// keptImages is how many images of each repository are kept where the caller does not say.
const keptImages = 100

// newRepositories makes one repository for each image, as ECR has no registry that takes any: a push to a repository that is not
// there fails. Repositories made on push by a template need a registry-wide setting, which would be shared, and fought over,
// by all stacks of the account. Nodes may pull by their role.
func (b *builder) newRepositories(k *keys) ([]pulumi.Resource, error) {
	lifecycle, err := json.Marshal(map[string]any{"rules": []any{
		map[string]any{
			"rulePriority": 1, "description": "layers that lost their tag",
			"selection": map[string]any{"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7},
			"action":    map[string]any{"type": "expire"},
		},
		map[string]any{
			"rulePriority": 2, "description": "all but the newest",
			"selection": map[string]any{"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": cmp.Or(b.args.KeepImages, keptImages)},
			"action":    map[string]any{"type": "expire"},
		},
	}})
	if err != nil {
		return nil, fmt.Errorf("writing the retention of images: %w", err)
	}
	var all []pulumi.Resource
	for _, image := range b.args.Repositories {
		repository, err := ecr.NewRepository(b.ctx, b.name+"-"+image, &ecr.RepositoryArgs{
			Name:                       pulumi.String(b.eksName + "/" + image),
			ImageTagMutability:         pulumi.String("IMMUTABLE"),
			ImageScanningConfiguration: ecr.RepositoryImageScanningConfigurationArgs{ScanOnPush: pulumi.Bool(true)},
			EncryptionConfigurations: ecr.RepositoryEncryptionConfigurationArray{ecr.RepositoryEncryptionConfigurationArgs{
				EncryptionType: pulumi.String("KMS"), KmsKey: k.data.Arn,
			}},
			ForceDelete: pulumi.Bool(!b.args.Protect),
		}, b.kept()...)
		if err != nil {
			return nil, fmt.Errorf("making repository %s: %w", image, err)
		}
		_, err = ecr.NewLifecyclePolicy(b.ctx, b.name+"-"+image, &ecr.LifecyclePolicyArgs{
			Repository: repository.Name, Policy: pulumi.String(lifecycle),
		}, b.child()...)
		if err != nil {
			return nil, fmt.Errorf("limiting repository %s: %w", image, err)
		}
		all = append(all, repository)
	}
	return all, nil
}
