package aks

import (
	"fmt"

	containerservice "github.com/pulumi/pulumi-azure-native-sdk/containerservice/v2/v20240901"
	"github.com/pulumi/pulumi-azure-native-sdk/operationalinsights/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// logDays is how long the control plane's logs are kept, the same as on the other clouds (CKV_AWS_338).
const logDays = 365

// categories of the control plane's log: who changed what (kube-audit-admin, without the reads that make up most of kube-audit),
// who was let in, and what the controllers did (CIS 2.1.1).
var categories = []string{"kube-audit-admin", "guard", "kube-controller-manager", "cluster-autoscaler"}

// workspace makes the place where Azure's own logs of the cluster go.
func (b *builder) workspace() (*operationalinsights.Workspace, error) {
	w, err := operationalinsights.NewWorkspace(b.ctx, b.name+"-logs", &operationalinsights.WorkspaceArgs{
		ResourceGroupName: b.group.Name, Location: pulumi.String(b.args.Region), Tags: b.tags,
		RetentionInDays: pulumi.Int(logDays), Sku: operationalinsights.WorkspaceSkuArgs{Name: pulumi.String("PerGB2018")},
		Features: operationalinsights.WorkspaceFeaturesArgs{DisableLocalAuth: pulumi.Bool(true)},
	}, b.children(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return nil, fmt.Errorf("making the log workspace: %w", err)
	}
	return w, nil
}

// record sends the logs of the control plane and of the containers to the workspace.
func (b *builder) record(plane *containerservice.ManagedCluster, workspace *operationalinsights.Workspace) error {
	id := plane.ID().ToStringOutput()
	if err := newDiagnosticSetting(b.ctx, b.name+"-audit", diagnosticSettingArgs{
		resource: id, workspace: workspace.ID().ToStringOutput(), categories: categories,
	}, b.children()...); err != nil {
		return err
	}
	rule, err := newContainerLogRule(b.ctx, b.name+"-containers", containerLogRuleArgs{
		group: b.group.Name, region: b.args.Region, workspace: workspace.ID().ToStringOutput(), tags: b.tags,
	}, b.children()...)
	if err != nil {
		return err
	}
	return newRuleAssociation(b.ctx, b.name+"-containers-association", id, rule.ID().ToStringOutput(), b.children()...)
}
