package ranges

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/spec"
)

const at = spec.Path("cluster.network")

func TestPlan(t *testing.T) {
	t.Parallel()
	prod := []Pool{{Nodes: 6}, {Nodes: 20}, {Nodes: 5}}
	for _, c := range []struct {
		name                           string
		request                        Request
		private, public, data          []string
		pods, services, dns, proxy, cp string
	}{
		{
			"aws defaults",
			Request{Cloud: "aws", Zones: 3, Pools: prod},
			[]string{"10.0.0.0/18", "10.0.64.0/18", "10.0.128.0/18"},
			[]string{"10.0.192.0/22", "10.0.196.0/22", "10.0.200.0/22"},
			[]string{"10.0.208.0/22", "10.0.212.0/22", "10.0.216.0/22"},
			"invalid Prefix", "172.20.0.0/16", "172.20.0.10", "invalid Prefix", "invalid Prefix",
		},
		{
			"gcp defaults",
			Request{Cloud: "gcp", Zones: 3, Pools: prod},
			[]string{"10.0.0.0/18", "10.0.64.0/18", "10.0.128.0/18"},
			[]string{"10.0.192.0/22", "10.0.196.0/22", "10.0.200.0/22"},
			[]string{"10.0.208.0/22", "10.0.212.0/22", "10.0.216.0/22"},
			"100.64.0.0/12", "172.20.0.0/16", "172.20.0.10", "10.0.224.0/23", "10.0.240.0/28",
		},
		{
			"azure, small and all its own",
			Request{Cloud: "azure", Zones: 1, Pools: []Pool{{Nodes: 3}}, Network: "192.168.4.0/22", Pods: "10.244.0.0/16", Services: "10.2.0.0/24"},
			[]string{"192.168.4.0/24", "192.168.5.0/24", "192.168.6.0/24"},
			[]string{"192.168.7.0/28", "192.168.7.16/28", "192.168.7.32/28"},
			[]string{"192.168.7.64/28", "192.168.7.80/28", "192.168.7.96/28"},
			"10.244.0.0/16", "10.2.0.0/24", "10.2.0.10", "invalid Prefix", "invalid Prefix",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var problems spec.Problems
			l := Plan(at, c.request, &problems)
			require.NoError(t, problems.Err())
			assert.Equal(t, c.private, texts(l.Private))
			assert.Equal(t, c.public, texts(l.Public))
			assert.Equal(t, c.data, texts(l.Data))
			assert.Equal(t, c.pods, l.Pods.String())
			assert.Equal(t, c.services, l.Services.String())
			assert.Equal(t, c.dns, l.DNS.String())
			assert.Equal(t, c.proxy, l.Proxies.String())
			assert.Equal(t, c.cp, l.ControlPlane.String())
		})
	}
}

func TestOverlay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, pods, services string
		nodes                int
		want                 string
	}{
		{"the defaults", "", "", 20, ""},
		{"its own", "10.244.0.0/16", "10.2.0.0/24", 100, ""},
		{"no range", "ten", "", 1, "cluster.network.pods"},
		{"one in the other", "10.0.0.0/12", "10.1.0.0/16", 1, "cluster.network.services"},
		{"what azure keeps", "", "172.30.0.0/16", 1, "which the cloud keeps"},
		{"too small", "10.244.0.0/20", "", 13, "holds the pods of 16 nodes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var problems spec.Problems
			request := Request{Cloud: "azure", Zones: 3, Pools: []Pool{{Nodes: c.nodes}}, Pods: c.pods, Services: c.services}
			l := Overlay(at, request, &problems)
			if c.want != "" {
				require.ErrorContains(t, problems.Err(), c.want)
				return
			}
			require.NoError(t, problems.Err())
			assert.False(t, l.Network.IsValid(), "it is not ours to plan")
			request.Network = "192.168.0.0/16"
			whole := Plan(at, request, &problems)
			require.NoError(t, problems.Err())
			assert.Equal(t, []any{whole.Pods, whole.Services, whole.DNS}, []any{l.Pods, l.Services, l.DNS})
		})
	}
}

func texts(list []netip.Prefix) []string {
	var all []string
	for _, p := range list {
		all = append(all, p.String())
	}
	return all
}

func TestPlanRefuses(t *testing.T) {
	t.Parallel()
	some := []Pool{{Nodes: 3}}
	for _, c := range []struct {
		name    string
		request Request
		want    []string
	}{
		{"no range", Request{Cloud: "aws", Zones: 3, Pools: some, Network: "ten"}, []string{`cluster.network.range: found "ten"`, "an IPv4 range such as 10.0.0.0/16"}},
		{"IPv6", Request{Cloud: "gcp", Zones: 3, Pools: some, Network: "fd00::/16"}, []string{"an IPv4 range"}},
		{"not the first address", Request{Cloud: "aws", Zones: 3, Pools: some, Network: "10.1.2.3/16"}, []string{"write 10.1.0.0/16"}},
		{"bigger than a VPC", Request{Cloud: "aws", Zones: 3, Pools: some, Network: "10.0.0.0/12"}, []string{"a /16 to a /22"}},
		{"too small to cut", Request{Cloud: "azure", Zones: 3, Pools: some, Network: "10.0.0.0/23"}, []string{"a /9 to a /22"}},
		{"public", Request{Cloud: "aws", Zones: 3, Pools: some, Network: "8.8.0.0/16"}, []string{"10.0.0.0/8", "choose a private range"}},
		{"shared space is for pods only", Request{Cloud: "gcp", Zones: 3, Pools: some, Services: "100.64.0.0/16"}, []string{"cluster.network.services", "choose a private range"}},
		{"network on services", Request{Cloud: "aws", Zones: 3, Pools: some, Network: "172.20.0.0/16"}, []string{`cluster.network.services: found "172.20.0.0/16"`, "shares no address with range, 172.20.0.0/16"}},
		{"pods in the network", Request{Cloud: "gcp", Zones: 3, Pools: some, Pods: "10.0.128.0/17"}, []string{"cluster.network.pods", "shares no address with range, 10.0.0.0/16"}},
		{"services in pods", Request{Cloud: "azure", Zones: 3, Pools: some, Pods: "10.128.0.0/10", Services: "10.130.0.0/16"}, []string{"shares no address with pods, 10.128.0.0/10"}},
		{"kept by the cloud", Request{Cloud: "azure", Zones: 3, Pools: some, Services: "172.30.0.0/16"}, []string{"outside 172.30.0.0/16, which the cloud keeps"}},
		{"pods on aws", Request{Cloud: "aws", Zones: 3, Pools: some, Pods: "10.244.0.0/16"}, []string{"nothing on aws"}},
		{"a fourth zone", Request{Cloud: "aws", Zones: 4, Pools: some}, []string{`found "4 zones"`, "lower zones to 3"}},
		{"no room for pods on aws", Request{Cloud: "aws", Zones: 3, Pools: []Pool{{Nodes: 60}}, Network: "10.0.0.0/20"}, []string{"10.0.0.0/20, which holds 7 nodes", "room for 27", "choose a /18"}},
		{"more than the biggest VPC", Request{Cloud: "aws", Zones: 1, Pools: []Pool{{Nodes: 100}}}, []string{"room for 134", "lower the pools' max, as a /16"}},
		{"a pool in one zone weighs on it", Request{Cloud: "aws", Zones: 3, Pools: []Pool{{Nodes: 90, Zones: 1}}}, []string{"room for 120"}},
		{"no room for pods on gcp", Request{Cloud: "gcp", Zones: 3, Pools: []Pool{{Nodes: 200}}, Pods: "10.4.0.0/16"}, []string{"holds the pods of 256 nodes", "each of 267 nodes", "choose a /15"}},
		{"no room for nodes on azure", Request{Cloud: "azure", Zones: 3, Pools: []Pool{{Nodes: 300}}, Network: "10.0.0.0/22"}, []string{"holds 251 nodes", "room for 400", "choose a /21"}},
		{"two mistakes at once", Request{Cloud: "gcp", Zones: 3, Pools: some, Network: "x", Services: "y"}, []string{"2 problems"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var problems spec.Problems
			Plan(at, c.request, &problems)
			require.Error(t, problems.Err())
			for _, want := range c.want {
				assert.ErrorContains(t, problems.Err(), want)
			}
		})
	}
}

// TestLayoutsHold draws plans at random. Each that is accepted must have no overlap, all parts inside the network and
// room for every pod; each that is refused for want of room must lack it.
func TestLayoutsHold(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	accepted, refused := 0, 0
	for range 5000 {
		cloud := []string{"aws", "gcp", "azure"}[random.IntN(3)]
		bits := 12 + random.IntN(11)
		if cloud == "aws" {
			bits = max(bits, 16)
		}
		request := Request{
			Cloud:   cloud,
			Zones:   1 + random.IntN(MaxZones),
			Network: nth(netip.MustParsePrefix("10.0.0.0/8"), bits, random.IntN(1<<(bits-8))).String(),
		}
		for range 1 + random.IntN(4) {
			request.Pools = append(request.Pools, Pool{Nodes: random.IntN(120)})
		}
		var problems spec.Problems
		l := Plan(at, request, &problems)
		name := fmt.Sprintf("%+v", request)
		if problems.Err() == nil {
			accepted++
		} else {
			refused++
		}

		var parts []netip.Prefix
		for _, list := range [][]netip.Prefix{l.Private, l.Public, l.Data, {l.Proxies, l.ControlPlane}} {
			for _, p := range list {
				if p.IsValid() {
					parts = append(parts, p)
				}
			}
		}
		for i, p := range parts {
			require.Equal(t, p.Masked(), p, name)
			require.True(t, l.Network.Contains(p.Addr()) && p.Bits() > l.Network.Bits(), "%s: %s lies outside", name, p)
			require.LessOrEqual(t, p.Bits(), 28, "%s: %s is smaller than a subnet can be", name, p)
			for _, q := range append(parts[:i:i], l.Pods, l.Services) {
				require.False(t, q.IsValid() && p.Overlaps(q), "%s: %s and %s overlap", name, p, q)
			}
		}

		// Count independently of room(): every node at once, on aws at 128 addresses of pods in its zone.
		most := 0
		for _, p := range request.Pools {
			most += p.Nodes
		}
		if problems.Err() == nil && cloud == "aws" {
			require.LessOrEqual(t, most*128, size(l.Private[0])*request.Zones, name)
		}
		if problems.Err() == nil && cloud != "aws" {
			require.LessOrEqual(t, most, size(l.Private[0])-5, name)
			require.LessOrEqual(t, most*256, size(l.Pods), name)
		}
		if problems.Err() != nil && cloud == "aws" {
			require.Greater(t, 2*(most+2*len(request.Pools))*144/request.Zones, size(l.Private[0])-5, "%s: refused though half full", name)
		}
	}
	assert.Greater(t, accepted, 500)
	assert.Greater(t, refused, 500)
}

// TestGrowthMovesNothing is the promise of doc.go: zones and nodes may grow without replacing a subnet.
func TestGrowthMovesNothing(t *testing.T) {
	t.Parallel()
	for _, cloud := range []string{"aws", "gcp", "azure"} {
		var problems spec.Problems
		small := Plan(at, Request{Cloud: cloud, Zones: 1, Pools: []Pool{{Nodes: 1}}}, &problems)
		large := Plan(at, Request{Cloud: cloud, Zones: 3, Pools: []Pool{{Nodes: 50}, {Nodes: 100}}}, &problems)
		require.NoError(t, problems.Err())
		assert.Equal(t, small, large, cloud)
	}
}
