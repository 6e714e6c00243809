package aks

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	containerservice "github.com/pulumi/pulumi-azure-native-sdk/containerservice/v2/v20240901"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/machines"
)

// drainMinutes is how long an upgrade waits for the pods of a node to leave, as their disruption budgets allow.
const drainMinutes = 30

// bootstrapMachine is the smallest that AKS takes for a system pool (4 CPU, learn.microsoft.com/azure/aks/use-system-pools), with
// memory for AKS' own programs.
var bootstrapMachine = machines.Request{CPU: 4, Memory: 16 << 30}

// bootstrapPool is the pool that a cluster is born with: one node for AKS' own programs alone, and never changed after. Every
// other pool is an AgentPool. The one named system is of mode System too, so that those programs find room there when this one's
// zone is lost, and so that this one can be removed (see the package's documentation).
func (b *builder) bootstrapPool(net *subnetwork) (containerservice.ManagedClusterAgentPoolProfileArgs, error) {
	machine, err := machines.Pick("azure", b.args.Region, bootstrapMachine)
	if err != nil {
		return containerservice.ManagedClusterAgentPoolProfileArgs{}, fmt.Errorf("choosing the machine of AKS' own programs: %w", err)
	}
	disk := diskOf(100, machine)
	return containerservice.ManagedClusterAgentPoolProfileArgs{
		Name: pulumi.String("bootstrap"), Mode: pulumi.String("System"), Type: pulumi.String("VirtualMachineScaleSets"),
		// No version: it follows the control plane's, and AKS wants all of the pools given here to name one, or none.
		VmSize: pulumi.String(machine.Types[0]), Count: pulumi.Int(1), AvailabilityZones: pulumi.ToStringArray(b.place.Zones),
		NodeTaints: pulumi.ToStringArray([]string{"CriticalAddonsOnly=true:NoSchedule"}), MaxPods: pulumi.Int(machines.MaxPods),
		NodeLabels:   pulumi.StringMap{cluster.PoolLabel: pulumi.String("bootstrap")},
		OsDiskSizeGB: pulumi.Int(disk.gigabytes), OsDiskType: pulumi.String(disk.kind), OsSKU: pulumi.String("AzureLinux"),
		VnetSubnetID: net.subnet, EnableNodePublicIP: pulumi.Bool(false), EnableEncryptionAtHost: pulumi.Bool(true),
		SecurityProfile: trustedLaunch, UpgradeSettings: upgrades(false), Tags: b.tags,
	}, nil
}

// trustedLaunch refuses unsigned boot loaders, kernels and drivers. On Ubuntu it does not go with the GPU driver that AKS installs; on
// Azure Linux it does (learn.microsoft.com/azure/aks/use-trusted-launch, "Limitations"), which is why that is the system of all nodes.
var trustedLaunch = containerservice.AgentPoolSecurityProfileArgs{EnableSecureBoot: pulumi.Bool(true), EnableVTPM: pulumi.Bool(true)}

// upgrades replace a third of a pool at a time. Spot pools take no maxSurge.
func upgrades(spot bool) containerservice.AgentPoolUpgradeSettingsArgs {
	settings := containerservice.AgentPoolUpgradeSettingsArgs{DrainTimeoutInMinutes: pulumi.Int(drainMinutes)}
	if !spot {
		settings.MaxSurge = pulumi.String("33%")
	}
	return settings
}

// pools of the cluster, of which the rest of the platform waits for system alone.
type pools struct{ system, last pulumi.Resource }

// pools makes one AgentPool after another, since AKS works on one at a time and refuses the others: the one that the platform waits
// for first, then those on demand, then spot.
func (b *builder) pools(plane *containerservice.ManagedCluster, net *subnetwork) (pools, error) {
	names := slices.SortedFunc(maps.Keys(b.args.Spec.Pools), func(x, y string) int {
		return cmp.Or(cmp.Compare(b.turn(x), b.turn(y)), cmp.Compare(x, y))
	})
	keepSize, err := b.keepSize()
	if err != nil {
		return pools{}, err
	}
	var made pools
	for _, name := range names {
		opts := []pulumi.ResourceOption{pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "30m", Update: "2h", Delete: "2h"})}
		if made.last != nil {
			opts = append(opts, pulumi.DependsOn([]pulumi.Resource{made.last}))
		}
		if b.args.Spec.Pools[name].Nodes.Max != nil {
			opts = append(opts, pulumi.IgnoreChanges([]string{"count"}), keepSize) // the autoscaler's
		}
		pool, err := containerservice.NewAgentPool(b.ctx, b.name+"-"+name, b.agentPool(name, plane, net), b.children(opts...)...)
		if err != nil {
			return pools{}, fmt.Errorf("making pool %s: %w", name, err)
		}
		if name == "system" {
			made.system = pool
		}
		made.last = pool
	}
	return made, nil
}

// turn is when a pool is made.
func (b *builder) turn(name string) int {
	switch {
	case name == "system":
		return 0
	case !b.args.Spec.Pools[name].Spot:
		return 1
	default:
		return 2
	}
}

func (b *builder) agentPool(name string, plane *containerservice.ManagedCluster, net *subnetwork) *containerservice.AgentPoolArgs {
	pool, placed := b.args.Spec.Pools[name], b.place.Pools[name]
	disk := diskOf(int((new(pool.Disk.Value()).Value()+1<<30-1)>>30), placed.Machine) // a part of a GiB is one more
	var zones []string
	for _, zone := range placed.Zones {
		zones = append(zones, b.place.Zones[zone])
	}
	args := &containerservice.AgentPoolArgs{
		ResourceGroupName: b.group.Name, ResourceName: plane.Name, Tags: b.tags,
		AgentPoolName: pulumi.String(physicalName(name, placed.Machine.Types[0], disk, zones, pool.Spot)),
		Mode:          pulumi.String("User"), Type: pulumi.String("VirtualMachineScaleSets"),
		OrchestratorVersion: pulumi.String(b.version()),
		VmSize:              pulumi.String(placed.Machine.Types[0]), AvailabilityZones: pulumi.ToStringArray(zones),
		Count: pulumi.Int(*pool.Nodes.Min), EnableAutoScaling: pulumi.Bool(pool.Nodes.Max != nil), MaxPods: pulumi.Int(machines.MaxPods),
		NodeLabels: pulumi.ToStringMap(labels(name, pool)), NodeTaints: pulumi.ToStringArray(taints(pool)),
		OsDiskSizeGB: pulumi.Int(disk.gigabytes), OsDiskType: pulumi.String(disk.kind), OsSKU: pulumi.String("AzureLinux"),
		VnetSubnetID: net.subnet, EnableNodePublicIP: pulumi.Bool(false), EnableEncryptionAtHost: pulumi.Bool(true),
		SecurityProfile: trustedLaunch, UpgradeSettings: upgrades(pool.Spot),
	}
	if name == "system" {
		args.Mode = pulumi.String("System")
	}
	if pool.Nodes.Max != nil {
		args.MinCount, args.MaxCount = pulumi.Int(*pool.Nodes.Min), pulumi.Int(*pool.Nodes.Max)
	}
	if pool.Spot {
		args.ScaleSetPriority, args.ScaleSetEvictionPolicy = pulumi.String("Spot"), pulumi.String("Delete")
		args.SpotMaxPrice = pulumi.Float64(-1) // up to the price on demand
	}
	return args
}

// osDisk is the disk of a node.
type osDisk struct {
	gigabytes int
	// kind is Ephemeral where the machine's own disk is big enough, which is faster and free, else Managed.
	kind string
}

func diskOf(gigabytes int, machine machines.Choice) osDisk {
	if machine.LocalDisk >= int64(gigabytes)<<30 {
		return osDisk{gigabytes, "Ephemeral"}
	}
	return osDisk{gigabytes, "Managed"}
}

// physicalName is what AKS knows the pool by: at most 11 letters and digits, another one whenever something changes that AKS cannot
// change in a pool. Pulumi then makes the new pool before it removes the old one, and AKS drains that as its pods' disruption budgets
// allow (learn.microsoft.com/azure/aks/delete-node-pool).
func physicalName(name, machine string, disk osDisk, zones []string, spot bool) string {
	fixed := fmt.Sprint(name, machine, disk.gigabytes, disk.kind, strings.Join(zones, ","), spot)
	sum := sha256.Sum256([]byte(fixed))
	return name[:min(6, len(name))] + hex.EncodeToString(sum[:])[:5]
}

func labels(name string, pool cluster.Pool) map[string]string {
	all := maps.Clone(pool.Labels)
	if all == nil {
		all = map[string]string{}
	}
	all[cluster.PoolLabel] = name
	if pool.Spot {
		// AKS adds the second by itself; left out here it would show as a change.
		all[cluster.SpotLabel], all[cluster.AzureSpotTaint] = "true", "spot"
	}
	if pool.GPU != nil {
		// The second is what NVIDIA's device plugin looks for.
		all[cluster.GPULabel], all["nvidia.com/gpu.present"] = pool.GPU.Model, "true"
	}
	return all
}

func taints(pool cluster.Pool) []string {
	var all []string
	if pool.Spot {
		all = append(all, cluster.SpotTaint+"=true:NoSchedule", cluster.AzureSpotTaint+"=spot:NoSchedule")
	}
	if pool.GPU != nil {
		all = append(all, cluster.GPUTaint+"=present:NoSchedule")
	}
	for _, t := range pool.Taints {
		all = append(all, fmt.Sprintf("%s=%s:%s", t.Key, t.Value, t.Effect))
	}
	return all
}
