package gke

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newPools makes the node pools, and returns those that pods without a GPU may run on.
func (b *builder) newPools(plane *container.Cluster, k *keys, nodes *nodeAccount) ([]pulumi.Resource, error) {
	system, err := b.newPool("system", plane, k, nodes)
	if err != nil {
		return nil, err
	}
	general := []pulumi.Resource{system}
	for _, name := range slices.Sorted(maps.Keys(b.args.Spec.Pools)) {
		switch pool := b.args.Spec.Pools[name]; {
		case name == "system":
		case pool.GPU != nil:
			// GKE taints a GPU pool only where the cluster has one without a GPU already.
			_, err = b.newPool(name, plane, k, nodes, system)
		default:
			var made pulumi.Resource
			made, err = b.newPool(name, plane, k, nodes)
			general = append(general, made)
		}
		if err != nil {
			return nil, err
		}
	}
	return general, nil
}

// slow is how long a pool may take to move its pods: GKE waits for PodDisruptionBudgets up to an hour at each node that an update
// replaces, and for the pods' own grace, up to an hour too, when it drains a pool that goes.
var slow = pulumi.Timeouts(&pulumi.CustomTimeouts{Update: "3h", Delete: "2h"})

// newPool makes a pool after others.
//
// Another machine type or disk is an update: GKE itself brings up new nodes one by one, drains old ones as disruption budgets
// allow, and keeps the pool (provider since 5.10, GoogleCloudPlatform/magic-modules #9575). What GKE cannot change, such as GPUs
// or spot, makes a new pool beside the old one, as Pulumi names both, and then removes that. GKE drains a pool that it removes,
// but heeds no budgets there (docs.cloud.google.com/kubernetes-engine/docs/concepts/node-pools): replacing for a machine would be
// the rougher way.
//
// It has no version: with autoUpgrade GKE brings it to the control plane's, never beyond, and would fight a version named here.
func (b *builder) newPool(
	name string, plane *container.Cluster, k *keys, nodes *nodeAccount, after ...pulumi.Resource,
) (pulumi.Resource, error) {
	size, placed := b.args.Spec.Pools[name].Nodes, b.placement.Pools[name]
	var zones []string
	for _, i := range placed.Zones {
		zones = append(zones, b.placement.Zones[i])
	}
	args := &container.NodePoolArgs{
		Project:        pulumi.String(b.project),
		Location:       pulumi.String(b.args.Region),
		Cluster:        plane.Name,
		MaxPodsPerNode: pulumi.Int(podsPerNode),
		Management:     container.NodePoolManagementArgs{AutoRepair: pulumi.Bool(true), AutoUpgrade: pulumi.Bool(true)},
		UpgradeSettings: container.NodePoolUpgradeSettingsArgs{
			Strategy: pulumi.String("SURGE"), MaxSurge: pulumi.Int(1), MaxUnavailable: pulumi.Int(0),
		},
		NodeConfig: b.nodeConfig(name, k, nodes),
	}
	opts := b.child(pulumi.DependsOn(append(after, nodes.role)), slow)
	if size.Max == nil {
		zones = zones[:evenly(*size.Min, len(zones))]
		args.NodeCount = pulumi.Int(*size.Min / len(zones))
	} else {
		args.Autoscaling = b.autoscaling(name)
		// By zone. From here on the size is the autoscaler's, and a change would replace the pool.
		args.InitialNodeCount = pulumi.Int(min((*size.Min+len(zones)-1)/len(zones), *size.Max/len(zones)))
		opts = append(opts, pulumi.IgnoreChanges([]string{"initialNodeCount"}))
	}
	args.NodeLocations = pulumi.ToStringArray(zones)

	pool, err := container.NewNodePool(b.ctx, b.name+"-"+name, args, opts...)
	if err != nil {
		return nil, fmt.Errorf("making pool %s: %w", name, err)
	}
	return pool, nil
}

// autoscaling is within the whole pool's limits. Spot nodes come from whatever zone has them, others evenly from all
// (docs.cloud.google.com/kubernetes-engine/docs/concepts/cluster-autoscaler#location_policy).
func (b *builder) autoscaling(name string) container.NodePoolAutoscalingArgs {
	pool, policy := b.args.Spec.Pools[name], "BALANCED"
	if pool.Spot {
		policy = "ANY"
	}
	return container.NodePoolAutoscalingArgs{
		TotalMinNodeCount: pulumi.Int(*pool.Nodes.Min),
		TotalMaxNodeCount: pulumi.Int(*pool.Nodes.Max),
		LocationPolicy:    pulumi.String(policy),
	}
}
