package eks

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// roles are those of the control plane and the nodes.
type roles struct {
	plane, nodes *iam.Role
	// planeReady and nodesReady are the roles with their rights.
	planeReady, nodesReady []pulumi.Resource
	// account is the id of the aws account.
	account pulumi.StringOutput
}

// newRoles gives the nodes what the EKS user guide's "Amazon EKS node IAM role" asks for and no more: rights to describe EC2 and to
// pull images. Network and volumes have roles of their own.
func (b *builder) newRoles() (*roles, error) {
	r := &roles{}
	var err error
	if r.plane, r.planeReady, err = b.newServiceRole("plane", "eks.amazonaws.com", "AmazonEKSClusterPolicy"); err != nil {
		return nil, err
	}
	if r.nodes, r.nodesReady, err = b.newServiceRole("nodes", "ec2.amazonaws.com", "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"); err != nil {
		return nil, err
	}
	r.account = r.plane.Arn.ApplyT(func(arn string) (string, error) {
		parts := strings.Split(arn, ":") // arn:aws:iam::111122223333:role/name
		if len(parts) < 6 {
			return "", fmt.Errorf("reading the account of role %q: not an ARN", arn)
		}
		return parts[4], nil
	}).(pulumi.StringOutput)
	return r, nil
}

// newServiceRole makes a role that a service of aws takes, with policies that aws keeps.
func (b *builder) newServiceRole(part, service string, policies ...string) (*iam.Role, []pulumi.Resource, error) {
	role, err := iam.NewRole(b.ctx, b.name+"-"+part, &iam.RoleArgs{
		AssumeRolePolicy: pulumi.String(document(allow([]string{"sts:AssumeRole"}).by("Service", service))),
	}, b.child()...)
	if err != nil {
		return nil, nil, fmt.Errorf("making the role of the %s: %w", part, err)
	}
	ready, err := b.attach(b.self, b.name+"-"+part, role, policies)
	return role, append(ready, role), err
}

// attach gives a role policies that aws keeps.
func (b *builder) attach(parent pulumi.Resource, name string, role *iam.Role, policies []string) ([]pulumi.Resource, error) {
	var attached []pulumi.Resource
	for _, policy := range policies {
		a, err := iam.NewRolePolicyAttachment(b.ctx, name+"-"+policy, &iam.RolePolicyAttachmentArgs{
			Role: role.Name, PolicyArn: pulumi.String("arn:aws:iam::aws:policy/" + policy),
		}, b.below(parent)...)
		if err != nil {
			return nil, fmt.Errorf("giving role %s the policy %s: %w", name, policy, err)
		}
		attached = append(attached, a)
	}
	return attached, nil
}

// podRole is what a ServiceAccount may do on aws.
type podRole struct {
	namespace, serviceAccount string
	// managed are names of policies that aws keeps, and own the text of one of ours; either may be nil.
	managed []string
	own     pulumi.StringInput
}

// newPodRole makes a role that only the pods of one ServiceAccount of this cluster can take, and returns what to depend on: while
// that is there, so are the rights. Trust as in the EKS user guide's "Create IAM role with trust policy required by EKS Pod
// Identity"; the tags are those of its page on session tags.
func (b *builder) newPodRole(parent pulumi.Resource, name string, r podRole) (pulumi.Resource, error) {
	trust := allow([]string{"sts:AssumeRole", "sts:TagSession"}).by("Service", "pods.eks.amazonaws.com").
		when("StringEquals", "aws:RequestTag/eks-cluster-name", b.eksName).
		when("StringEquals", "aws:RequestTag/kubernetes-namespace", r.namespace).
		when("StringEquals", "aws:RequestTag/kubernetes-service-account", r.serviceAccount)
	role, err := iam.NewRole(b.ctx, name, &iam.RoleArgs{AssumeRolePolicy: pulumi.String(document(trust))}, b.below(parent)...)
	if err != nil {
		return nil, fmt.Errorf("making the role %s: %w", name, err)
	}
	rights, err := b.attach(parent, name, role, r.managed)
	if err != nil {
		return nil, err
	}
	if r.own != nil {
		policy, err := iam.NewRolePolicy(b.ctx, name, &iam.RolePolicyArgs{Role: role.Name, Policy: r.own}, b.below(parent)...)
		if err != nil {
			return nil, fmt.Errorf("writing the policy of role %s: %w", name, err)
		}
		rights = append(rights, policy)
	}
	association, err := eks.NewPodIdentityAssociation(b.ctx, name, &eks.PodIdentityAssociationArgs{
		ClusterName: b.clusterName, Namespace: pulumi.String(r.namespace), ServiceAccount: pulumi.String(r.serviceAccount), RoleArn: role.Arn,
	}, b.below(parent, pulumi.DependsOn(rights))...)
	if err != nil {
		return nil, fmt.Errorf("giving ServiceAccount %s/%s the role %s: %w", r.namespace, r.serviceAccount, name, err)
	}
	return association, nil
}
