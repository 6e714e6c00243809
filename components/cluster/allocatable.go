package cluster

import (
	"k8s.io/apimachinery/pkg/api/resource"
)

// band is a share of a node's capacity, in parts of 10,000, that the system keeps up to an amount.
type band struct{ upTo, share int64 }

// The share of each node that its kubelet and system keep, by GKE's published rule ("Plan GKE Standard node sizes"), the most
// careful of the three clouds': 25% of the first 4 GiB, 20% of the next 4, 10% of the next 8, 6% of the next 112, 2% above;
// 6% of the first core, 1% of the second, 0.5% of the next two, 0.25% above.
var (
	memoryBands = []band{{4 << 30, 2500}, {8 << 30, 2000}, {16 << 30, 1000}, {128 << 30, 600}, {1 << 62, 200}}
	cpuBands    = []band{{1000, 600}, {2000, 100}, {4000, 50}, {1 << 62, 25}}
)

// evictionThreshold is the memory that the kubelet keeps free beside that: 100 MiB.
const evictionThreshold = 100 << 20

// Allocatable is what pods may ask for on one node of the pool: its size less what the system keeps. p is complete.
func (p Pool) Allocatable() (cpu, memory resource.Quantity) {
	millicores, bytes := int64(p.CPU)*1000, new(p.Memory.Value()).Value()
	cpu = *resource.NewMilliQuantity(millicores-kept(millicores, cpuBands), resource.DecimalSI)
	memory = *resource.NewQuantity(max(0, bytes-kept(bytes, memoryBands)-evictionThreshold), resource.BinarySI)
	return cpu, memory
}

func kept(amount int64, bands []band) int64 {
	var total, from int64
	for _, b := range bands {
		if amount <= from {
			break
		}
		total += (min(amount, b.upTo) - from) * b.share / 10000
		from = b.upTo
	}
	return total
}
