package postgres

import (
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// databases makes those beside the main one, and keeps them when they leave the program.
func (c *haCluster) databases(in *apiextensions.CustomResource) error {
	for _, name := range slices.Sorted(maps.Keys(c.spec.Databases)) {
		database := c.spec.Databases[name]
		spec := pulumi.Map{
			"cluster": pulumi.Map{"name": pulumi.String(c.name)}, "name": pulumi.String(name), "owner": pulumi.String(database.Owner),
			"databaseReclaimPolicy": pulumi.String("retain"),
		}
		var extensions pulumi.Array
		for _, extension := range database.Extensions {
			extensions = append(extensions, pulumi.Map{"name": pulumi.String(extension), "ensure": pulumi.String("present")})
		}
		if len(extensions) > 0 {
			spec["extensions"] = extensions
		}
		if _, err := c.custom(haAPI, "Database", c.name+"-"+objectName(name), spec, pulumi.DependsOn([]pulumi.Resource{in})); err != nil {
			return err
		}
	}
	return nil
}

// roles are those beside the owner of the main database, which the operator holds to this.
func (c *haCluster) roles() pulumi.Array {
	var roles pulumi.Array
	for _, name := range slices.Sorted(maps.Keys(c.spec.Roles)) {
		role := pulumi.Map{
			"name": pulumi.String(name), "ensure": pulumi.String("present"), "login": pulumi.Bool(c.spec.Roles[name].Login),
			"inherit": pulumi.Bool(true), "inRoles": pulumi.ToStringArray(c.spec.Roles[name].In),
		}
		if secret, ok := c.logins[name]; ok {
			role["passwordSecret"] = pulumi.Map{"name": secret.Metadata.Name().Elem()}
		}
		roles = append(roles, role)
	}
	return roles
}

// objectName is a database's name as part of an object's.
func objectName(database string) string {
	return strings.Trim(strings.ReplaceAll(database, "_", "-"), "-")
}
