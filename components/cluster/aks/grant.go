package aks

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-azure-native-sdk/managedidentity/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// Grant makes a managed identity that only pods of the ServiceAccount can take, and gives it the roles.
//
// Azure has no role for some of the secrets of a vault by the beginning of their names: a trailing * stands for the whole vault, which
// is the platform's own. Nor has it one to decrypt but not encrypt with a key: access to a key is to use it in any way. Access to a DNS
// zone comes with reading what else is in the zone's resource group, since external-dns looks for zones there.
//
// Azure takes one federated credential of an identity at a time; each identity here has just one.
func (s *services) Grant(ctx *pulumi.Context, name string, args *cluster.GrantArgs, opts ...pulumi.ResourceOption) (*cluster.Identity, error) {
	if len(args.Access) == 0 {
		return nil, fmt.Errorf("granting %s to %s/%s: no access is named: name at least one bucket, secret, zone or key", name, args.Namespace, args.ServiceAccount)
	}
	var wanted []assignment
	for i, access := range args.Access {
		more, err := assignments(access)
		if err != nil {
			return nil, fmt.Errorf("granting %s to %s/%s: access[%d]: %w", name, args.Namespace, args.ServiceAccount, i, err)
		}
		for _, a := range more {
			a.name = fmt.Sprintf("%s-%d-%s", name, i, a.name)
			wanted = append(wanted, a)
		}
	}

	c := &pulumi.ResourceState{}
	if err := ctx.RegisterComponentResource("plinth:aks:Identity", name, c, opts...); err != nil {
		return nil, fmt.Errorf("registering identity %s: %w", name, err)
	}
	identity, err := managedidentity.NewUserAssignedIdentity(ctx, name, &managedidentity.UserAssignedIdentityArgs{
		ResourceGroupName: s.group.Name, Location: pulumi.String(s.args.Region), Tags: s.tags,
	}, s.below(c)...)
	if err != nil {
		return nil, fmt.Errorf("making identity %s: %w", name, err)
	}
	federated, err := managedidentity.NewFederatedIdentityCredential(ctx, name+"-federation", &managedidentity.FederatedIdentityCredentialArgs{
		ResourceGroupName: s.group.Name, ResourceName: identity.Name, Issuer: s.plane.OidcIssuerProfile.IssuerURL().Elem(),
		Subject:                                 pulumi.String(fmt.Sprintf("system:serviceaccount:%s:%s", args.Namespace, args.ServiceAccount)),
		Audiences:                               pulumi.ToStringArray([]string{"api://AzureADTokenExchange"}),
		FederatedIdentityCredentialResourceName: pulumi.String("kubernetes"),
	}, s.below(c)...)
	if err != nil {
		return nil, fmt.Errorf("federating identity %s: %w", name, err)
	}
	ready := []pulumi.Resource{federated}
	for _, a := range wanted {
		assigned, err := s.assign(a.name, a.role, a.scope, identity.PrincipalId, s.below(c)...)
		if err != nil {
			return nil, err
		}
		ready = append(ready, assigned)
	}
	return &cluster.Identity{
		Annotations: pulumi.StringMap{"azure.workload.identity/client-id": identity.ClientId},
		PodLabels:   pulumi.StringMap{"azure.workload.identity/use": pulumi.String("true")},
		Resources:   ready,
	}, ctx.RegisterResourceOutputs(c, pulumi.Map{"clientId": identity.ClientId})
}

// assignment is a role on a scope.
type assignment struct {
	name, role string
	scope      pulumi.StringInput
}

// assignments are the narrowest roles that Azure has for an access.
func assignments(a cluster.Access) ([]assignment, error) {
	either := func(read, write string) string {
		if a.Write {
			return write
		}
		return read
	}
	var all []assignment
	if a.Bucket != nil {
		all = append(all, assignment{"bucket", either(blobDataReader, blobDataContributor), a.Bucket.ID})
	}
	if a.Secret != nil {
		all = append(all, assignment{"secret", either(secretsUser, secretsOfficer), within(a.Secret, secretScope)})
	}
	if a.Key != nil {
		all = append(all, assignment{"key", cryptoUser, a.Key})
	}
	if a.Zone != nil {
		all = append(all, assignment{"zone", either(reader, dnsZoneContributor), a.Zone})
	}
	if len(all) != 1 {
		return nil, errors.New("exactly one of Bucket, Secret, Zone and Key must be set")
	}
	if a.Zone != nil {
		all = append(all, assignment{"zones", reader, within(a.Zone, groupScope)})
	}
	return all, nil
}

func within(id pulumi.StringInput, scope func(string) string) pulumi.StringOutput {
	return id.ToStringOutput().ApplyT(scope).(pulumi.StringOutput)
}

// secretScope is a secret's own id, or the vault's where the name is a pattern.
func secretScope(id string) string {
	vault, _, found := strings.Cut(id, "/secrets/")
	if found && strings.HasSuffix(id, "*") {
		return vault
	}
	return id
}

// groupScope is the resource group of a resource.
func groupScope(id string) string {
	group, _, _ := strings.Cut(id, "/providers/")
	return group
}
