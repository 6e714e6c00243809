package workload

import (
	"fmt"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	schedulingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/scheduling/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Priorities are the PriorityClasses that workloads name.
type Priorities struct {
	pulumi.ResourceState
}

// priorities by what the stack file calls them. Normal is 0, what a pod without a class has. Low stays at -10, below which
// the cluster autoscaler takes pods for expendable and adds no node for them (its --expendable-pods-priority-cutoff).
var priorities = []struct {
	name        string
	value       int
	description string
}{
	{"low", -10, "First to make room when there is too little."},
	{"normal", 0, "The same as pods that name no class."},
	{"high", 1000, "Takes room from the others when there is too little."},
}

// PriorityClass is the name of the PriorityClass for a priority: low, normal or high.
func PriorityClass(priority string) string { return "plinth-" + priority }

// NewPriorities registers the PriorityClasses low, normal and high, once per cluster. Workloads must come after it. It fails only where
// a registration does.
func NewPriorities(ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption) (*Priorities, error) {
	p := &Priorities{}
	if err := ctx.RegisterComponentResource("plinth:workload:Priorities", name, p, opts...); err != nil {
		return nil, fmt.Errorf("registering %s: %w", name, err)
	}
	for _, priority := range priorities {
		_, err := schedulingv1.NewPriorityClass(ctx, name+"-"+priority.name, &schedulingv1.PriorityClassArgs{
			Metadata:    metav1.ObjectMetaArgs{Name: pulumi.String(PriorityClass(priority.name))},
			Value:       pulumi.Int(priority.value),
			Description: pulumi.String(priority.description),
		}, pulumi.Parent(p))
		if err != nil {
			return nil, fmt.Errorf("making the PriorityClass %s: %w", PriorityClass(priority.name), err)
		}
	}
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{})
}
