package machines

// MaxPods is how many pods a node runs at most, the same on every cloud: Kubernetes' own bound for a node, GKE's
// default, and what EKS reaches with prefix delegation. Set it on EKS and AKS, whose defaults differ.
const MaxPods = 110

// Resources is what a node offers to pods.
type Resources struct {
	// MilliCPU in thousandths of a core.
	MilliCPU int64
	// Memory in bytes.
	Memory int64
	// Pods is how many.
	Pods int64
	// GPUs is how many.
	GPUs int64
}

// evictionHard is the memory below which the kubelet evicts, in Mi: the default of all three clouds.
const evictionHard = 100

// Allocatable estimates what pods can ask for on a node: what the cloud publishes, less 7.5 % of the memory that firmware
// and kernel keep (what Karpenter assumes by default on all three clouds; the real share shrinks on bigger machines),
// less what the cloud reserves for kubelet and system, less the eviction threshold. DaemonSets come on top.
func Allocatable(cloud string, c Choice) Resources {
	memoryMi := c.Memory >> 20
	kernelMi := memoryMi * 75 / 1000
	cpu, memory := reserved(cloud, int64(c.CPU)*1000, memoryMi)
	return Resources{
		MilliCPU: int64(c.CPU)*1000 - cpu,
		Memory:   max(0, memoryMi-kernelMi-memory-evictionHard) << 20,
		Pods:     MaxPods,
		GPUs:     int64(c.GPUs),
	}
}

// reserved returns what a cloud keeps of a node for kubelet and system, in thousandths of a core and Mi.
func reserved(cloud string, milliCPU, memoryMi int64) (cpu, memory int64) {
	switch cloud {
	case "gcp":
		// cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes
		return tieredCPU(milliCPU), tiered(memoryMi, []tier{{4 << 10, 250}, {4 << 10, 200}, {8 << 10, 100}, {112 << 10, 60}, {0, 20}})
	case "azure":
		// learn.microsoft.com/azure/aks/node-resource-reservations, 2026-06-11: 60 for 1 core, 100 for 2, 140 for 4, then 10 a
		// core; memory for AKS 1.29 and later.
		return azureCPU(milliCPU), min(20*MaxPods+50, memoryMi/4)
	default:
		// The AL2023 and Bottlerocket images, as karpenter-provider-aws models them (types.go, 2026-08-21).
		return tieredCPU(milliCPU), 11*MaxPods + 255
	}
}

// tier is a slice of a resource and how many thousandths of it are reserved. A size of 0 is all the rest.
type tier struct {
	size, share int64
}

func tiered(amount int64, tiers []tier) int64 {
	var sum int64
	for _, t := range tiers {
		part := amount
		if t.size > 0 {
			part = min(amount, t.size)
		}
		sum += part * t.share / 1000
		amount -= part
	}
	return sum
}

// tieredCPU is GKE's and EKS' rule: 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest.
func tieredCPU(milliCPU int64) int64 {
	first := tiered(milliCPU, []tier{{1000, 60}, {1000, 10}, {2000, 5}})
	return first + max(0, milliCPU-4000)/400
}

func azureCPU(milliCPU int64) int64 {
	cores := milliCPU / 1000
	switch {
	case cores <= 1:
		return 60
	case cores <= 4:
		return 100 + 20*(cores-2)
	default:
		return 140 + 10*(cores-4)
	}
}
