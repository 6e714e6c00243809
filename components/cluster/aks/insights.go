package aks

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The resources of azure-native:insights are registered by their tokens: its Go package cannot be had everywhere, and these are few.

// diagnosticSettingArgs are the inputs of a diagnostic setting: which logs of resource go to workspace.
type diagnosticSettingArgs struct {
	resource, workspace pulumi.StringInput
	categories          []string
}

func newDiagnosticSetting(ctx *pulumi.Context, name string, args diagnosticSettingArgs, opts ...pulumi.ResourceOption) error {
	logs := pulumi.Array{}
	for _, category := range args.categories {
		logs = append(logs, pulumi.Map{"category": pulumi.String(category), "enabled": pulumi.Bool(true)})
	}
	var res pulumi.CustomResourceState
	err := ctx.RegisterResource("azure-native:insights:DiagnosticSetting", name, pulumi.Map{
		"resourceUri": args.resource, "workspaceId": args.workspace, "logs": logs,
		// A table for each category, rather than one for all of Azure.
		"logAnalyticsDestinationType": pulumi.String("Dedicated"),
	}, &res, opts...)
	if err != nil {
		return fmt.Errorf("making diagnostic setting %s: %w", name, err)
	}
	return nil
}

// containerLogRuleArgs are the inputs of the data collection rule of Container Insights.
type containerLogRuleArgs struct {
	group     pulumi.StringInput
	region    string
	workspace pulumi.StringInput
	tags      pulumi.StringMap
}

func newContainerLogRule(
	ctx *pulumi.Context, name string, args containerLogRuleArgs, opts ...pulumi.ResourceOption,
) (*pulumi.CustomResourceState, error) {
	streams := pulumi.ToStringArray([]string{"Microsoft-ContainerInsights-Group-Default"})
	var res pulumi.CustomResourceState
	err := ctx.RegisterResource("azure-native:insights:DataCollectionRule", name, pulumi.Map{
		"resourceGroupName": args.group, "location": pulumi.String(args.region), "tags": args.tags, "kind": pulumi.String("Linux"),
		"dataSources": pulumi.Map{"extensions": pulumi.Array{pulumi.Map{
			"name": pulumi.String(insightsExtension), "extensionName": pulumi.String("ContainerInsights"), "streams": streams,
			"extensionSettings": pulumi.Map{"dataCollectionSettings": pulumi.Map{
				"interval": pulumi.String("1m"), "namespaceFilteringMode": pulumi.String("Off"), "enableContainerLogV2": pulumi.Bool(true),
			}},
		}}},
		"destinations": pulumi.Map{"logAnalytics": pulumi.Array{pulumi.Map{
			"name": pulumi.String("workspace"), "workspaceResourceId": args.workspace,
		}}},
		"dataFlows": pulumi.Array{pulumi.Map{"streams": streams, "destinations": pulumi.ToStringArray([]string{"workspace"})}},
	}, &res, opts...)
	if err != nil {
		return nil, fmt.Errorf("making data collection rule %s: %w", name, err)
	}
	return &res, nil
}

// insightsExtension is the name that the agent looks for.
const insightsExtension = "ContainerInsightsExtension"

// newRuleAssociation has the agents of a resource collect what a data collection rule says.
func newRuleAssociation(ctx *pulumi.Context, name string, resource, rule pulumi.StringInput, opts ...pulumi.ResourceOption) error {
	var res pulumi.CustomResourceState
	err := ctx.RegisterResource("azure-native:insights:DataCollectionRuleAssociation", name, pulumi.Map{
		"associationName": pulumi.String(insightsExtension), "resourceUri": resource, "dataCollectionRuleId": rule,
	}, &res, opts...)
	if err != nil {
		return fmt.Errorf("making data collection rule association %s: %w", name, err)
	}
	return nil
}
