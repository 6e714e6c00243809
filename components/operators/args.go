package operators

import (
	"cmp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Args are what the operators have in common.
type Args struct {
	// Mirror is the base that charts are had from. Default: each chart's own repository.
	Mirror string
	// Data is the namespace of the data services that the operator runs.
	Data string
	// Replicas of the operator, of which one works and the others wait. An operator that is down fails nothing over. Default 1.
	Replicas int
	// Simulated is for nodes that run nothing: webhooks, which nobody would answer there, are left out.
	Simulated bool
}

func (a Args) replicas() pulumi.Int { return pulumi.Int(cmp.Or(a.Replicas, 1)) }
