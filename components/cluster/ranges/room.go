package ranges

import (
	"fmt"
	"net/netip"

	"github.com/plinth-iac/plinth/components/spec"
)

const (
	// awsNode is the addresses that a node of 110 pods takes of its subnet: with prefix delegation addresses come in
	// blocks of 16, 7 hold the pods, one more is kept warm (WARM_PREFIX_TARGET 1) and one is spare, as a block may be
	// cut off by scattered single addresses.
	awsNode = 9 * 16
	// podBits is the range of one node on gcp (at 110 pods) and azure (always).
	podBits = 24
	// subnetReserved is the addresses of a subnet that the cloud keeps: 5 on aws and azure, 4 on gcp.
	subnetReserved = 5
)

// checkRoom refuses ranges too small for all pools at their most, while an upgrade adds a third to each.
func checkRoom(path spec.Path, r Request, l Layout, problems *spec.Problems) {
	total, busiest := nodes(r)
	have := room(r.Cloud, l.Network)
	need := total
	if r.Cloud == "aws" {
		need = busiest
	}
	if need > have {
		found := fmt.Sprintf("%s, which holds %d nodes in a subnet", l.Network, have)
		problems.Add(path.Key("range"), found, fmt.Sprintf("room for %d: every pool at its most, and a third more while upgrading", need), enlarge(r.Cloud, l.Network, need))
	}
	if l.Pods.IsValid() {
		checkPods(path, r, l, problems)
	}
}

// checkPods refuses a range of pods without a /24 for each node.
func checkPods(path spec.Path, r Request, l Layout, problems *spec.Problems) {
	total, _ := nodes(r)
	if have := size(l.Pods) >> (32 - podBits); total > have {
		bits := l.Pods.Bits()
		for bits > 9 && 1<<(podBits-bits) < total {
			bits--
		}
		found := fmt.Sprintf("%s, which holds the pods of %d nodes", l.Pods, have)
		problems.Add(path.Key("pods"), found, fmt.Sprintf("a /%d for each of %d nodes: every pool at its most, and a third more while upgrading", podBits, total),
			fmt.Sprintf("choose a /%d, or lower the pools' max", bits))
	}
}

// nodes returns the most nodes at once, in all and in the zone that gets most.
func nodes(r Request) (total, busiest int) {
	for _, p := range r.Pools {
		zones := p.Zones
		if zones == 0 {
			zones = max(1, r.Zones)
		}
		most := p.Nodes + ceil(p.Nodes, 3)
		total += most
		busiest += ceil(most, zones)
	}
	return total, busiest
}

func ceil(a, b int) int { return (a + b - 1) / b }

// room is how many nodes one private subnet of a network holds.
func room(cloud string, network netip.Prefix) int {
	addresses := size(network)/4 - subnetReserved
	if cloud == "aws" {
		return addresses / awsNode
	}
	return addresses
}

// enlarge is the advice to one whose network is too small.
func enlarge(cloud string, network netip.Prefix, need int) string {
	for bits := network.Bits() - 1; bits >= limits[cloud].network.biggest; bits-- {
		if room(cloud, netip.PrefixFrom(network.Addr(), bits)) >= need {
			return fmt.Sprintf("choose a /%d, or lower the pools' max", bits)
		}
	}
	return fmt.Sprintf("lower the pools' max, as a /%d, the biggest on %s, does not hold them either", limits[cloud].network.biggest, cloud)
}
