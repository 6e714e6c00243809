package ranges

import (
	"fmt"
	"net/netip"

	"github.com/plinth-iac/plinth/components/spec"
)

// Request is what has to find room.
type Request struct {
	// Cloud is aws, gcp or azure.
	Cloud string
	// Zones that the cluster spreads over, 1 to MaxZones.
	Zones int
	// Pools of the cluster.
	Pools []Pool
	// Network, Pods and Services are the ranges that the stack file names. Empty: the defaults.
	Network, Pods, Services string
}

// Pool is what matters of a pool here.
type Pool struct {
	// Nodes is the most it can have.
	Nodes int
	// Zones it spreads over. 0: all of the cluster's.
	Zones int
}

// Plan lays out the network, or adds to problems why it cannot be. path is where network stands in the stack file, with
// the keys range, pods and services below it. The layout is complete only where nothing was added.
func Plan(path spec.Path, r Request, problems *spec.Problems) Layout {
	before := len(problems.Errors)
	limit := limits[r.Cloud]
	network := parse(path.Key("range"), r.Network, DefaultNetwork, limit.network, private, problems)
	services := parseServices(path, r, problems)
	pods := DefaultPods
	if r.Cloud == "aws" && r.Pods != "" {
		problems.Add(path.Key("pods"), r.Pods, "nothing on aws, where pods have addresses of the network", "remove it, and make range big enough")
	} else {
		pods = parsePods(path, r, problems)
	}
	if r.Zones > MaxZones {
		problems.Add(path, fmt.Sprintf("%d zones", r.Zones), fmt.Sprintf("at most %d zones", MaxZones), fmt.Sprintf("lower zones to %d", MaxZones))
	}
	if len(problems.Errors) > before {
		return Layout{}
	}

	layout := newLayout(r.Cloud, network, pods, services)
	checkOverlaps(path, limit.reserved, layout, problems)
	checkRoom(path, r, layout, problems)
	return layout
}

// Overlay lays out what lies outside of a network that is there already, on azure: pods and Services. It adds to problems why that
// cannot be. Whether they overlap the network is for those who made it to know. path is as for Plan.
func Overlay(path spec.Path, r Request, problems *spec.Problems) Layout {
	before := len(problems.Errors)
	services, pods := parseServices(path, r, problems), parsePods(path, r, problems)
	if len(problems.Errors) > before {
		return Layout{}
	}
	layout := Layout{Pods: pods, Services: services, DNS: dns(services)}
	checkOverlaps(path, limits[r.Cloud].reserved, layout, problems)
	checkPods(path, r, layout, problems)
	return layout
}

func parseServices(path spec.Path, r Request, problems *spec.Problems) netip.Prefix {
	return parse(path.Key("services"), r.Services, DefaultServices, bounds{13, 24}, private, problems)
}

func parsePods(path spec.Path, r Request, problems *spec.Problems) netip.Prefix {
	return parse(path.Key("pods"), r.Pods, DefaultPods, bounds{9, 23}, append([]netip.Prefix{shared}, private...), problems)
}

// bounds are the biggest and the smallest range allowed, in bits.
type bounds struct{ biggest, smallest int }

var (
	private = []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"),
		netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"),
	}
	shared = netip.MustParsePrefix("100.64.0.0/10")
)

// limits are what each cloud allows. Below a /22 the parts get smaller than the clouds' smallest subnets.
var limits = map[string]struct {
	network  bounds
	reserved []netip.Prefix
}{
	"aws": {network: bounds{16, 22}}, // a VPC is a /16 at most
	"gcp": {network: bounds{9, 22}},
	// azure-aks-docs, concepts-network-cni-overview.md, 2026-08.
	"azure": {network: bounds{9, 22}, reserved: []netip.Prefix{
		netip.MustParsePrefix("169.254.0.0/16"),
		netip.MustParsePrefix("172.30.0.0/16"),
		netip.MustParsePrefix("172.31.0.0/16"),
		netip.MustParsePrefix("192.0.2.0/24"),
	}},
}

// parse reads a range, or takes the default, and says what is wrong with it.
func parse(path spec.Path, text string, fallback netip.Prefix, size bounds, within []netip.Prefix, problems *spec.Problems) netip.Prefix {
	if text == "" {
		return fallback
	}
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil || !p.Addr().Is4():
		problems.Add(path, text, "an IPv4 range such as "+fallback.String(), "write it as address/bits")
	case p != p.Masked():
		problems.Add(path, text, "the first address of the range", "write "+p.Masked().String())
	case p.Bits() < size.biggest || p.Bits() > size.smallest:
		problems.Add(path, text, fmt.Sprintf("a /%d to a /%d", size.biggest, size.smallest), "choose a range of that size, such as "+fallback.String())
	case !inAny(p, within):
		problems.Add(path, text, fmt.Sprintf("a range inside one of %v, which the internet does not route", within), "choose a private range")
	}
	return p
}

func inAny(p netip.Prefix, ranges []netip.Prefix) bool {
	for _, r := range ranges {
		if r.Bits() <= p.Bits() && r.Contains(p.Addr()) {
			return true
		}
	}
	return false
}

// checkOverlaps refuses ranges that share addresses with each other or with those that the cloud keeps.
func checkOverlaps(path spec.Path, reserved []netip.Prefix, l Layout, problems *spec.Problems) {
	named := []struct {
		key   string
		value netip.Prefix
	}{{"range", l.Network}, {"pods", l.Pods}, {"services", l.Services}}
	for i, a := range named {
		if !a.value.IsValid() {
			continue
		}
		for _, b := range named[:i] {
			if b.value.IsValid() && a.value.Overlaps(b.value) {
				problems.Add(path.Key(a.key), a.value, fmt.Sprintf("a range that shares no address with %s, %s", b.key, b.value), "move one of the two")
			}
		}
		for _, r := range reserved {
			if a.value.Overlaps(r) {
				problems.Add(path.Key(a.key), a.value, fmt.Sprintf("a range outside %s, which the cloud keeps for itself", r), "move it")
			}
		}
	}
}
