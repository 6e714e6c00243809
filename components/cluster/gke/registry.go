package gke

import (
	"cmp"
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/artifactregistry"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// registry is where the platform's own images are.
type registry struct {
	address pulumi.StringOutput
	// pull lets the nodes pull from it.
	pull pulumi.Resource
}

// newRegistry makes the registry. Its images are scanned on push, as the API containerscanning is on.
func (b *builder) newRegistry(apis []pulumi.Resource, nodes *nodeAccount) (*registry, error) {
	repository, err := artifactregistry.NewRepository(b.ctx, b.name+"-registry", &artifactregistry.RepositoryArgs{
		Project:      pulumi.String(b.project),
		Location:     pulumi.String(b.args.Region),
		RepositoryId: pulumi.String(unique(b.ctx, b.name, 63)),
		Format:       pulumi.String("DOCKER"),
		Labels:       pulumi.ToStringMap(b.labels),
		// What both match is kept.
		CleanupPolicies: artifactregistry.RepositoryCleanupPolicyArray{
			artifactregistry.RepositoryCleanupPolicyArgs{
				Id: pulumi.String("keep-newest"), Action: pulumi.String("KEEP"),
				MostRecentVersions: artifactregistry.RepositoryCleanupPolicyMostRecentVersionsArgs{KeepCount: pulumi.Int(cmp.Or(b.args.KeepImages, 100))},
			},
			artifactregistry.RepositoryCleanupPolicyArgs{
				Id: pulumi.String("delete-others"), Action: pulumi.String("DELETE"),
				Condition: artifactregistry.RepositoryCleanupPolicyConditionArgs{TagState: pulumi.String("ANY")},
			},
		},
	}, b.kept(pulumi.DependsOn(apis))...)
	if err != nil {
		return nil, fmt.Errorf("making the registry: %w", err)
	}
	pull, err := artifactregistry.NewRepositoryIamMember(b.ctx, b.name+"-pull", &artifactregistry.RepositoryIamMemberArgs{
		Project:    pulumi.String(b.project),
		Location:   pulumi.String(b.args.Region),
		Repository: repository.Name,
		Role:       pulumi.String("roles/artifactregistry.reader"),
		Member:     pulumi.Sprintf("serviceAccount:%s", nodes.email),
	}, b.child()...)
	if err != nil {
		return nil, fmt.Errorf("letting the nodes pull images: %w", err)
	}
	return &registry{
		address: pulumi.Sprintf("%s-docker.pkg.dev/%s/%s", b.args.Region, b.project, repository.RepositoryId),
		pull:    pull,
	}, nil
}
