package eks

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newAccess makes the administrators such. Everything in the cluster is made, and unmade, through one of them.
func (b *builder) newAccess(plane *eks.Cluster) ([]pulumi.Resource, error) {
	var access []pulumi.Resource
	for _, arn := range b.args.Admins {
		_, account, _ := strings.Cut(arn, "::")
		name := b.name + "-admin-" + strings.NewReplacer(":", "-", "/", "-").Replace(account)
		entry, err := eks.NewAccessEntry(b.ctx, name, &eks.AccessEntryArgs{
			ClusterName: plane.Name, PrincipalArn: pulumi.String(arn), Type: pulumi.String("STANDARD"),
		}, b.child()...)
		if err != nil {
			return nil, fmt.Errorf("letting %s in: %w", arn, err)
		}
		policy, err := eks.NewAccessPolicyAssociation(b.ctx, name, &eks.AccessPolicyAssociationArgs{
			ClusterName: plane.Name, PrincipalArn: entry.PrincipalArn,
			PolicyArn:   pulumi.String("arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"),
			AccessScope: eks.AccessPolicyAssociationAccessScopeArgs{Type: pulumi.String("cluster")},
		}, b.child(pulumi.DependsOn([]pulumi.Resource{entry}))...)
		if err != nil {
			return nil, fmt.Errorf("making %s an administrator: %w", arn, err)
		}
		access = append(access, policy)
	}
	return access, nil
}

// kubeconfig reaches the cluster as whoever uses it, through the aws CLI; it holds no token.
func (b *builder) kubeconfig(plane *eks.Cluster) pulumi.StringOutput {
	authority := plane.CertificateAuthority.Data().Elem()
	text := pulumi.All(plane.Endpoint, authority).ApplyT(func(v []any) (string, error) {
		named := func(key string, value any) []any { return []any{map[string]any{"name": b.eksName, key: value}} }
		config, err := json.Marshal(map[string]any{
			"apiVersion": "v1", "kind": "Config", "current-context": b.eksName,
			"clusters": named("cluster", map[string]any{"server": v[0], "certificate-authority-data": v[1]}),
			"contexts": named("context", map[string]any{"cluster": b.eksName, "user": b.eksName}),
			"users": named("user", map[string]any{"exec": map[string]any{
				"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "aws", "interactiveMode": "Never",
				"args":        []string{"eks", "get-token", "--cluster-name", b.eksName, "--region", b.args.Region, "--output", "json"},
				"installHint": "Install the AWS CLI, version 2, and sign in as one of the cluster's administrators.",
			}}),
		})
		return string(config), err
	}).(pulumi.StringOutput)
	return pulumi.ToSecret(text).(pulumi.StringOutput)
}
