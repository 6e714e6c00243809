package autoscaling

import (
	"cmp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
)

// Args are what the installations have in common.
type Args struct {
	// Mirror is the base that charts are had from. Default: each chart's own repository.
	Mirror string
	// Present says that the program is in the cluster already.
	Present bool
	// Replicas of each program, of which one works and the others wait. Default 1.
	Replicas int
	// Simulated is for nodes that run nothing: what nobody would answer there is left out.
	Simulated bool
}

func (a Args) replicas() int { return cmp.Or(a.Replicas, 1) }

// budget lets a drain take one of several, and the only one.
func (a Args) budget() pulumi.Map {
	if a.replicas() == 1 {
		return pulumi.Map{}
	}
	return pulumi.Map{"minAvailable": pulumi.Int(1)}
}

// ready is never nil, which would say that there is no such program.
func ready(i *charts.Installation) []pulumi.Resource {
	return append([]pulumi.Resource{}, i.Ready...)
}
