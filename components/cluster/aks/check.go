package aks

import (
	"time"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/machines"
	"github.com/plinth-iac/plinth/components/spec"
)

// check finds what the spec means on Azure, or returns every reason why Azure cannot give it.
func check(args *cluster.Args) (cluster.Placement, error) {
	var problems spec.Problems
	place := args.Spec.Place("cluster", "azure", args.Region, time.Now(), &problems)
	if len(args.Admins) == 0 {
		problems.Add("cluster.admins", nil, "the object id of at least one Entra group: with local accounts off, nobody else gets in, and neither does the deployment",
			"name a group that whoever deploys is a member of")
	}
	if _, err := machines.Pick("azure", args.Region, bootstrapMachine); err != nil && problems.Err() == nil {
		problems.Add("region", args.Region, "a region that sells machines of 4 CPU and 16Gi, for AKS' own programs", "choose another region")
	}
	return place, problems.Err()
}
