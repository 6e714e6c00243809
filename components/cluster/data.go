package cluster

import (
	"net/netip"

	"github.com/plinth-iac/plinth/components/cluster/ranges"
	"github.com/plinth-iac/plinth/components/spec"
)

// mostDataBits is the smallest range of managed data services: a quarter of it is the smallest subnet that aws makes.
const mostDataBits = 26

func (n ExistingNetwork) validateData(path spec.Path, problems *spec.Problems) {
	if n.Data == "" {
		return
	}
	problems.CheckCIDR(path, n.Data)
	if whole, err := netip.ParsePrefix(n.Data); err == nil && whole.Bits() > mostDataBits {
		problems.Add(path, n.Data, "a range of /26 or bigger", "name a bigger one")
	}
}

// DataRange is where managed data services have their addresses: the whole, and the parts of it for three zones. Both are empty in an
// existing network that names none.
func (a *Args) DataRange(placement Placement) (whole netip.Prefix, parts []netip.Prefix) {
	if data := placement.Layout.Data; len(data) > 0 {
		whole, _ = data[0].Addr().Prefix(data[0].Bits() - 2)
		return whole, data
	}
	network := a.Spec.Network
	if network == nil || network.Existing == nil {
		return netip.Prefix{}, nil
	}
	whole, err := netip.ParsePrefix(network.Existing.Data)
	if err != nil {
		return netip.Prefix{}, nil // checked with the spec: it is empty
	}
	return whole, ranges.ForZones(whole)
}
