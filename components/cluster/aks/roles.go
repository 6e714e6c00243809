package aks

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-azure-native-sdk/authorization/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The built-in roles used, from "Azure built-in roles" (learn.microsoft.com/azure/role-based-access-control/built-in-roles); their
// ids are the same in every tenant.
const (
	networkContributor  = "4d97b98b-1d4f-4787-a291-c67834d212e7"
	reader              = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
	acrPull             = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
	cryptoServiceUser   = "e147488a-f6f5-4113-8e2d-b22465e65bf6"
	cryptoUser          = "12338af0-0e69-4776-bea7-57ae8d297424"
	secretsUser         = "4633458b-17de-408a-b874-0445c86b69e6"
	secretsOfficer      = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
	blobDataReader      = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
	blobDataContributor = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
	dnsZoneContributor  = "befefa01-2a29-4197-83a8-272ff33ce314"
)

// assign gives a managed identity a role on scope and below.
func (b *builder) assign(
	name, role string, scope, principal pulumi.StringInput, opts ...pulumi.ResourceOption,
) (*authorization.RoleAssignment, error) {
	// The subscription's own path of the role is what Azure answers with; any other form would show as a change at each refresh.
	definition := b.group.ID().ToStringOutput().ApplyT(func(group string) string {
		subscription, _, _ := strings.Cut(group, "/resourceGroups/")
		return subscription + "/providers/Microsoft.Authorization/roleDefinitions/" + role
	}).(pulumi.StringOutput)
	a, err := authorization.NewRoleAssignment(b.ctx, name, &authorization.RoleAssignmentArgs{
		PrincipalId: principal, RoleDefinitionId: definition, Scope: scope,
		// Said, because Entra may not know a new identity yet when asked what it is.
		PrincipalType: pulumi.String("ServicePrincipal"),
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("assigning role %s: %w", name, err)
	}
	return a, nil
}
