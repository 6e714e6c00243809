package ranges

import (
	"encoding/binary"
	"net/netip"
)

// MaxZones is how many zones a layout has room for. A fourth adds no availability that a workload notices.
const MaxZones = 3

// Layout is which addresses are for what. All ranges are IPv4 and none overlaps another.
type Layout struct {
	// Network is the whole VPC or VNet.
	Network netip.Prefix
	// Private are the subnets of nodes, one for each of MaxZones zones. Where subnets span zones (gcp, and azure
	// if one subnet is enough) use the first; it is checked to hold all nodes.
	Private []netip.Prefix
	// Public are the subnets of public load balancers and NAT gateways, one for each zone.
	Public []netip.Prefix
	// Data are the subnets of managed databases and private endpoints, one for each zone.
	Data []netip.Prefix
	// Pods is the range of pods on gcp (secondary) and azure (overlay), outside Network. Invalid on aws.
	Pods netip.Prefix
	// Services is the range of ClusterIPs, outside Network.
	Services netip.Prefix
	// DNS is the ClusterIP of the cluster's DNS, the tenth of Services.
	DNS netip.Addr
	// Proxies is the subnet of gcp's regional load balancers (purpose REGIONAL_MANAGED_PROXY).
	Proxies netip.Prefix
	// ControlPlane is the /28 of gcp's private control plane.
	ControlPlane netip.Prefix
}

// The default ranges, the same on every cloud.
var (
	// DefaultNetwork is the biggest that a VPC can be on aws.
	DefaultNetwork = netip.MustParsePrefix("10.0.0.0/16")
	// DefaultPods is shared address space (RFC 6598), which no office network uses, for 4096 nodes.
	DefaultPods = netip.MustParsePrefix("100.64.0.0/12")
	// DefaultServices has room for 65,536 Services.
	DefaultServices = netip.MustParsePrefix("172.20.0.0/16")
)

// proxyBits is the size that Google recommends for a proxy-only subnet.
const proxyBits = 23

func newLayout(cloud string, network, pods, services netip.Prefix) Layout {
	l := Layout{Network: network, Services: services, DNS: dns(services)}
	quarter := network.Bits() + 2
	last := nth(network, quarter, 3)
	public, data, proxies, rest := nth(last, quarter+2, 0), nth(last, quarter+2, 1), nth(last, quarter+2, 2), nth(last, quarter+2, 3)
	for zone := range MaxZones {
		l.Private = append(l.Private, nth(network, quarter, zone))
		l.Public = append(l.Public, nth(public, quarter+4, zone))
	}
	l.Data = ForZones(data)
	if cloud == "gcp" {
		l.Proxies = nth(proxies, max(proxyBits, quarter+2), 0)
		l.ControlPlane = nth(rest, 28, 0)
	}
	if cloud != "aws" {
		l.Pods = pods
	}
	return l
}

// dns is the tenth of the addresses of Services, as all clouds have it.
func dns(services netip.Prefix) netip.Addr { return nth(services, 32, 10).Addr() }

// ForZones cuts a range into one for each of MaxZones zones, and leaves a quarter over.
func ForZones(p netip.Prefix) []netip.Prefix {
	var parts []netip.Prefix
	for zone := range MaxZones {
		parts = append(parts, nth(p, p.Bits()+2, zone))
	}
	return parts
}

// nth returns the nth range of the given size within p, counting from 0.
func nth(p netip.Prefix, bits, n int) netip.Prefix {
	first := binary.BigEndian.Uint32(p.Masked().Addr().AsSlice())
	var address [4]byte
	binary.BigEndian.PutUint32(address[:], first+uint32(n)<<(32-bits))
	return netip.PrefixFrom(netip.AddrFrom4(address), bits)
}

// size is how many addresses p has.
func size(p netip.Prefix) int { return 1 << (32 - p.Bits()) }
