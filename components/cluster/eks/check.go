package eks

import (
	"fmt"
	"regexp"
	"time"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/spec"
)

// repository is what ECR takes as a part of a repository's name.
var repository = regexp.MustCompile(`^[a-z0-9]+([._/-][a-z0-9]+)*$`)

// check finds what the spec means on aws, or returns every reason why aws cannot give it.
func check(args *cluster.Args) (cluster.Placement, error) {
	var problems spec.Problems
	path := spec.Path("cluster")
	args.Spec.Validate(path, &problems)
	placement := args.Spec.Place(path, "aws", args.Region, time.Now(), &problems)

	admins := spec.Path("admins")
	if len(args.Admins) == 0 {
		problems.Add(admins, nil, "at least one ARN of an IAM role or user, and among them who deploys: EKS lets nobody else in", "name the role that deploys")
	}
	cluster.CheckAdmins(admins, "aws", args.Admins, &problems)
	for i, name := range args.Repositories {
		if !repository.MatchString(name) {
			problems.Add(spec.Path("repositories").Index(i), name, "lower-case letters and digits with single dots, dashes, underscores or slashes between", "rename the image")
		}
	}
	if existing := existingNetwork(args); existing != nil && len(existing.Private) < args.Spec.Zones {
		problems.Add(path.Key("network").Key("existing").Key("private"), len(existing.Private),
			fmt.Sprintf("a subnet for each of the %d zones, in their order", args.Spec.Zones), "add subnets or lower zones")
	}
	return placement, problems.Err()
}

// existingNetwork is the network to use instead of one of the cluster's own, or nil.
func existingNetwork(args *cluster.Args) *cluster.ExistingNetwork {
	if args.Spec.Network == nil {
		return nil
	}
	return args.Spec.Network.Existing
}
