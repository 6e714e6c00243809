package gke

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/spec"
)

// admin is one who administers the cluster.
type admin struct {
	// member as IAM writes it, and kind and name as RBAC does.
	member, kind, name string
}

// rbacKinds are what RBAC calls the members of IAM.
var rbacKinds = map[string]string{"user": "User", "serviceAccount": "User", "group": "Group"}

func (p *plan) readAdmins(path spec.Path, problems *spec.Problems) {
	cluster.CheckAdmins(path, "gcp", p.args.Admins, problems)
	p.groupsDomain = cluster.GroupsDomain(p.args.Admins)
	for _, member := range p.args.Admins {
		kind, email, _ := strings.Cut(member, ":")
		p.admins = append(p.admins, admin{member: member, kind: rbacKinds[kind], name: email})
	}
}

// groups lets RBAC name the organization's groups. GKE asks for a group of this very name, which has the others as members.
func (b *builder) groups() container.ClusterAuthenticatorGroupsConfigPtrInput {
	if b.groupsDomain == "" {
		return nil
	}
	return container.ClusterAuthenticatorGroupsConfigArgs{SecurityGroup: pulumi.String("gke-security-groups@" + b.groupsDomain)}
}

// newAdmins makes the admins so in this cluster only: a role of IAM would be for all clusters of the project. IAM's part is
// to let them find it.
func (b *builder) newAdmins(k8s *kubernetes.Provider) ([]pulumi.Resource, error) {
	if len(b.admins) == 0 {
		return nil, nil
	}
	var made []pulumi.Resource
	var subjects rbacv1.SubjectArray
	for _, a := range b.admins {
		viewer, err := projects.NewIAMMember(b.ctx, b.name+"-admin-"+a.member, &projects.IAMMemberArgs{
			Project: pulumi.String(b.project), Role: pulumi.String("roles/container.clusterViewer"), Member: pulumi.String(a.member),
		}, b.child()...)
		if err != nil {
			return nil, fmt.Errorf("letting %s see the cluster: %w", a.member, err)
		}
		made = append(made, viewer)
		subjects = append(subjects, rbacv1.SubjectArgs{
			ApiGroup: pulumi.String("rbac.authorization.k8s.io"), Kind: pulumi.String(a.kind), Name: pulumi.String(a.name),
		})
	}
	binding, err := rbacv1.NewClusterRoleBinding(b.ctx, b.name+"-admins", &rbacv1.ClusterRoleBindingArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String("plinth-admins")},
		RoleRef: rbacv1.RoleRefArgs{
			ApiGroup: pulumi.String("rbac.authorization.k8s.io"), Kind: pulumi.String("ClusterRole"), Name: pulumi.String("cluster-admin"),
		},
		Subjects: subjects,
	}, pulumi.Parent(b.self), pulumi.Provider(k8s))
	if err != nil {
		return nil, fmt.Errorf("binding the administrators: %w", err)
	}
	return append(made, binding), nil
}

// privateAccess keeps the nodes, and without ranges to allow the control plane too, off the internet. In an existing network,
// where no range is the control plane's own, its private endpoint is in the nodes' subnet.
func (b *builder) privateAccess() container.ClusterPrivateClusterConfigArgs {
	config := container.ClusterPrivateClusterConfigArgs{
		EnablePrivateNodes:    pulumi.Bool(true),
		EnablePrivateEndpoint: pulumi.Bool(len(b.args.Spec.API.Allow) == 0),
	}
	if block := b.placement.Layout.ControlPlane; block.IsValid() {
		config.MasterIpv4CidrBlock = pulumi.String(block.String())
	} else {
		config.PrivateEndpointSubnetwork = pulumi.String(b.args.Spec.Network.Existing.Private[0])
	}
	return config
}

// authorizedNetworks are the ranges allowed, and with a private endpoint the cluster's own network. Its nodes are always.
func (b *builder) authorizedNetworks() container.ClusterMasterAuthorizedNetworksConfigArgs {
	allow := b.args.Spec.API.Allow
	if own := b.placement.Layout.Network; len(allow) == 0 && own.IsValid() {
		allow = []string{own.String()}
	}
	blocks := container.ClusterMasterAuthorizedNetworksConfigCidrBlockArray{}
	for _, cidr := range allow {
		blocks = append(blocks, container.ClusterMasterAuthorizedNetworksConfigCidrBlockArgs{CidrBlock: pulumi.String(cidr)})
	}
	return container.ClusterMasterAuthorizedNetworksConfigArgs{
		CidrBlocks:                  blocks,
		GcpPublicCidrsAccessEnabled: pulumi.Bool(false),
	}
}
