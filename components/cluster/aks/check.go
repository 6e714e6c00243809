package aks

import (
	"regexp"
	"time"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/machines"
	"github.com/plinth-iac/plinth/components/spec"
)

// clusterName is what Azure takes as a DNS prefix (learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules)
// and as the beginning of the other names, with room for what each adds.
var clusterName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,38}[a-z0-9]$`)

// check finds what the spec means on Azure, or returns every reason why Azure cannot give it.
func check(name string, args *cluster.Args) (cluster.Placement, error) {
	var problems spec.Problems
	path, admins := spec.Path("cluster"), spec.Path("admins")
	if !clusterName.MatchString(name) {
		problems.Add(path.Key("name"), name, "2 to 40 lower-case letters, digits and inner dashes, starting with a letter", "rename it")
	}
	args.Spec.Validate(path, &problems)
	place := args.Spec.Place(path, "azure", args.Region, time.Now(), &problems)
	if len(args.Admins) == 0 {
		problems.Add(admins, nil, "the object id of at least one Entra group: with local accounts off, nobody else gets in, and neither does the deployment",
			"name a group that whoever deploys is a member of")
	}
	cluster.CheckAdmins(admins, "azure", args.Admins, &problems)
	if _, err := machines.Pick("azure", args.Region, bootstrapMachine); err != nil && problems.Err() == nil {
		problems.Add("region", args.Region, "a region that sells machines of 4 CPU and 16Gi, for AKS' own programs", "choose another region")
	}
	return place, problems.Err()
}
