package eks

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster/versions"
)

// addOnSettings are what each add-on is told beside its version.
var addOnSettings = map[string]any{
	"vpc-cni": map[string]any{
		"enableNetworkPolicy": "true",
		// 16 addresses at a time, so that a node has room for as many pods as on the other clouds.
		"env": map[string]string{"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"},
	},
}

// newAddOns installs the add-ons that nodes need to become ready, which take no node to install, or those that need nodes to run
// on, after the nodes.
func (b *builder) newAddOns(plane *eks.Cluster, k *keys, beforeNodes bool, nodes pulumi.Resource) ([]pulumi.Resource, error) {
	addOns, err := versions.AddOns(b.version)
	if err != nil {
		return nil, err
	}
	var installed []pulumi.Resource
	for _, a := range addOns {
		if a.BeforeNodes != beforeNodes {
			continue
		}
		var dependencies []pulumi.Resource
		if nodes != nil {
			dependencies = append(dependencies, nodes)
		}
		if role, ok := addOnRole(a.Name, k); ok {
			identity, err := b.newPodRole(b.self, b.name+"-"+a.Name, role)
			if err != nil {
				return nil, err
			}
			dependencies = append(dependencies, identity)
		}
		addOn, err := b.newAddOn(plane, a, dependencies)
		if err != nil {
			return nil, err
		}
		installed = append(installed, addOn)
	}
	return installed, nil
}

func (b *builder) newAddOn(plane *eks.Cluster, a versions.AddOn, dependencies []pulumi.Resource) (pulumi.Resource, error) {
	args := &eks.AddonArgs{
		ClusterName:              plane.Name,
		AddonName:                pulumi.String(a.Name),
		AddonVersion:             pulumi.String(a.Version),
		ResolveConflictsOnCreate: pulumi.String("OVERWRITE"),
		ResolveConflictsOnUpdate: pulumi.String("OVERWRITE"),
		// Nodes that are still going down give their addresses back.
		Preserve: pulumi.Bool(a.Name == "vpc-cni"),
	}
	if settings, ok := addOnSettings[a.Name]; ok {
		text, err := json.Marshal(settings)
		if err != nil {
			return nil, fmt.Errorf("writing the settings of add-on %s: %w", a.Name, err)
		}
		args.ConfigurationValues = pulumi.String(text)
	}
	addOn, err := eks.NewAddon(b.ctx, b.name+"-"+a.Name, args, b.child(pulumi.DependsOn(dependencies))...)
	if err != nil {
		return nil, fmt.Errorf("installing add-on %s: %w", a.Name, err)
	}
	return addOn, nil
}

// addOnRole is what an add-on may do on aws, if anything.
func addOnRole(addOn string, k *keys) (podRole, bool) {
	switch addOn {
	case "vpc-cni":
		return podRole{namespace: "kube-system", serviceAccount: "aws-node", managed: []string{"AmazonEKS_CNI_Policy"}}, true
	case "aws-ebs-csi-driver":
		return podRole{
			namespace: "kube-system", serviceAccount: "ebs-csi-controller-sa",
			managed: []string{"AmazonEBSCSIDriverPolicyV2"}, own: volumesPolicy(k.data),
		}, true
	}
	return podRole{}, false
}

// volumesPolicy lets volumes be encrypted with the data key, as the CSI driver's documentation asks for keys of the customer's own.
func volumesPolicy(key *kms.Key) pulumi.StringInput {
	return key.Arn.ApplyT(func(arn string) string {
		return document(
			allow([]string{"kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"}, arn).when("Bool", "kms:GrantIsForAWSResource", "true"),
			allow([]string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"}, arn),
		)
	}).(pulumi.StringOutput)
}
