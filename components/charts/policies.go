package charts

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/network"
)

// policies open what the pods need before there are any: the API server is refused to a controller that starts too early.
func (i *Installation) policies(ctx *pulumi.Context, name string, args *InstallArgs) ([]pulumi.Resource, error) {
	var made []pulumi.Resource
	for _, app := range slices.Sorted(maps.Keys(args.Pods)) {
		rules := args.Pods[app]
		rules.Namespace, rules.App = i.Namespace, app
		policy, err := network.Allow(ctx, name+"-"+app, &rules, pulumi.Parent(i))
		if err != nil {
			return nil, err
		}
		made = append(made, policy)
	}
	return made, nil
}
