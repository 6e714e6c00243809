package aks

import (
	"cmp"
	"encoding/base64"
	"fmt"

	"github.com/pulumi/pulumi-azure-native-sdk/containerregistry/v2"
	containerservice "github.com/pulumi/pulumi-azure-native-sdk/containerservice/v2/v20240901"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// registry makes the registry of the platform's own images, and lets the nodes pull from it.
//
// It is of the SKU Premium everywhere, the only one with zones and with a limit to how long untagged images stay. Its quarantine is
// off: it hides each image until a scanner releases it, and Microsoft Defender, which scans on push where the subscription has its
// plan for containers, releases none.
func (b *builder) registry(plane *containerservice.ManagedCluster) (*containerregistry.Registry, pulumi.Resource, error) {
	r, err := containerregistry.NewRegistry(b.ctx, b.name+"-registry", &containerregistry.RegistryArgs{
		ResourceGroupName: b.group.Name, Location: pulumi.String(b.args.Region), Tags: b.tags, RegistryName: b.unique(b.name + "-registry"),
		Sku: containerregistry.SkuArgs{Name: pulumi.String("Premium")}, AdminUserEnabled: pulumi.Bool(false),
		Policies: containerregistry.PoliciesArgs{
			RetentionPolicy:  containerregistry.RetentionPolicyArgs{Status: pulumi.String("enabled"), Days: pulumi.Int(7)},
			QuarantinePolicy: containerregistry.QuarantinePolicyArgs{Status: pulumi.String("disabled")},
		},
	}, b.children(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return nil, nil, fmt.Errorf("making the registry: %w", err)
	}
	if b.args.Protect {
		if err := b.lock(b.name+"-registry", r.ID(), b.parent); err != nil {
			return nil, nil, err
		}
	}
	if err := b.purge(r); err != nil {
		return nil, nil, err
	}
	kubelet := plane.IdentityProfile.MapIndex(pulumi.String("kubeletidentity")).ObjectId().Elem()
	pull, err := b.assign(b.name+"-pulls-images", acrPull, r.ID().ToStringOutput(), kubelet, b.children()...)
	if err != nil {
		return nil, nil, err
	}
	return r, pull, nil
}

// purge removes all but the newest images of each repository, each night; Azure has no such rule for a registry but a task.
func (b *builder) purge(r *containerregistry.Registry) error {
	steps := fmt.Sprintf("version: v1.1.0\nsteps:\n  - cmd: acr purge --filter '.*:.*' --ago 0d --keep %d\n    disableWorkingDirectoryOverride: true\n    timeout: 3600\n",
		cmp.Or(b.args.KeepImages, 100))
	_, err := containerregistry.NewTask(b.ctx, b.name+"-purge", &containerregistry.TaskArgs{
		ResourceGroupName: b.group.Name, RegistryName: r.Name, Location: pulumi.String(b.args.Region), Tags: b.tags, TaskName: pulumi.String("purge"),
		Status: pulumi.String("Enabled"), Platform: containerregistry.PlatformPropertiesArgs{Os: pulumi.String("Linux"), Architecture: pulumi.String("amd64")},
		AgentConfiguration: containerregistry.AgentPropertiesArgs{Cpu: pulumi.Int(2)}, Timeout: pulumi.Int(3600),
		Step: containerregistry.EncodedTaskStepArgs{
			Type: pulumi.String("EncodedTask"), EncodedTaskContent: pulumi.String(base64.StdEncoding.EncodeToString([]byte(steps))),
		},
		Trigger: containerregistry.TriggerPropertiesArgs{TimerTriggers: containerregistry.TimerTriggerArray{containerregistry.TimerTriggerArgs{
			Name: pulumi.String("nightly"), Schedule: pulumi.String("0 3 * * *"), Status: pulumi.String("Enabled"),
		}}},
	}, b.children()...)
	if err != nil {
		return fmt.Errorf("making the task that purges old images: %w", err)
	}
	return nil
}
