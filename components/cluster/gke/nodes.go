package gke

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/serviceaccount"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// cloudPlatform leaves what nodes may do to their account's roles, as Google advises for accounts of one's own.
const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform"

// nodeAccount is what the nodes of all pools are to the cloud. Pods never are: GKE_METADATA gives them identities of their own.
type nodeAccount struct {
	email pulumi.StringOutput
	// role lets nodes report logs and metrics, and nothing more.
	role pulumi.Resource
}

func (b *builder) newNodeAccount(apis []pulumi.Resource) (*nodeAccount, error) {
	account, err := serviceaccount.NewAccount(b.ctx, b.name+"-nodes", &serviceaccount.AccountArgs{
		Project:     pulumi.String(b.project),
		AccountId:   pulumi.String(unique(b.ctx, b.name+"-nodes", 30)),
		DisplayName: pulumi.String(fmt.Sprintf("Nodes of cluster %s of %s %s", b.name, b.ctx.Project(), b.ctx.Stack())),
	}, b.child(pulumi.DependsOn(apis))...)
	if err != nil {
		return nil, fmt.Errorf("making the nodes' service account: %w", err)
	}
	role, err := projects.NewIAMMember(b.ctx, b.name+"-nodes", &projects.IAMMemberArgs{
		Project: pulumi.String(b.project),
		Role:    pulumi.String("roles/container.defaultNodeServiceAccount"),
		Member:  pulumi.Sprintf("serviceAccount:%s", account.Email),
	}, b.child()...)
	if err != nil {
		return nil, fmt.Errorf("giving the nodes their role: %w", err)
	}
	return &nodeAccount{email: account.Email, role: role}, nil
}
