package cluster_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/spec"
)

var now = time.Date(2026, time.November, 21, 0, 0, 0, 0, time.UTC)

// prod is the cluster of DESIGN.md's sketch.
func prod() cluster.Spec {
	return cluster.Spec{
		Version: "1.35", Zones: 3,
		Pools: map[string]cluster.Pool{
			"system": {CPU: 4, Memory: "16Gi", Nodes: cluster.Nodes{Min: new(3), Max: new(6)}},
			"spot":   {CPU: 8, Memory: "32Gi", Spot: true, Nodes: cluster.Nodes{Min: new(0), Max: new(20)}},
			"gpu":    {GPU: &cluster.GPU{Model: "t4"}, Spot: true, Nodes: cluster.Nodes{Min: new(0), Max: new(5)}},
		},
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cloud, region string
		zones         []string
		types         map[string]string
		gpuZones      []int
	}{
		{"aws", "eu-central-1", []string{"euc1-az2", "euc1-az3", "euc1-az1"}, map[string]string{"system": "m7i.xlarge", "spot": "m7i.2xlarge", "gpu": "g4dn.xlarge"}, []int{0, 1, 2}},
		{"gcp", "us-east1", []string{"us-east1-b", "us-east1-c", "us-east1-d"}, map[string]string{"system": "n2-standard-4", "spot": "n2-standard-8", "gpu": "n1-highmem-4"}, []int{1, 2}},
		{"azure", "westeurope", []string{"1", "2", "3"}, map[string]string{"system": "Standard_D4ds_v5", "spot": "Standard_D8ds_v5", "gpu": "Standard_NC4as_T4_v3"}, []int{0, 1, 2}},
	} {
		t.Run(c.cloud, func(t *testing.T) {
			t.Parallel()
			var problems spec.Problems
			placement := prod().Complete().Place("cluster", c.cloud, c.region, now, &problems)
			require.NoError(t, problems.Err())
			assert.Equal(t, c.zones, placement.Zones)
			for name, want := range c.types {
				assert.Equal(t, want, placement.Pools[name].Machine.Types[0])
			}
			assert.Equal(t, c.gpuZones, placement.Pools["gpu"].Zones)
			assert.Equal(t, []int{0, 1, 2}, placement.Pools["spot"].Zones)
			assert.Equal(t, "10.0.0.0/16", placement.Layout.Network.String())
		})
	}
}

func TestPlaceInExistingNetwork(t *testing.T) {
	t.Parallel()
	for cloud, network := range map[string]cluster.ExistingNetwork{
		"aws":   {ID: "vpc-1", Private: []string{"subnet-1", "subnet-2"}, Public: []string{"subnet-3"}},
		"gcp":   {ID: "net", Private: []string{"subnet"}, PodRange: "pods", ServiceRange: "services"},
		"azure": {ID: "/vnet", Private: []string{"/vnet/subnet"}},
	} {
		s := prod()
		s.Network = &cluster.Network{Existing: &network}
		var problems spec.Problems
		region := map[string]string{"aws": "us-east-1", "gcp": "us-central1", "azure": "uksouth"}[cloud]
		placement := s.Complete().Place("cluster", cloud, region, now, &problems)
		require.NoError(t, problems.Err(), cloud)
		assert.False(t, placement.Layout.Network.IsValid(), cloud)
	}
}

func TestPlaceRefuses(t *testing.T) {
	t.Parallel()
	pool := func(s *cluster.Spec, name string, change func(*cluster.Pool)) {
		p := s.Pools[name]
		change(&p)
		s.Pools[name] = p
	}
	for _, c := range []struct {
		name, cloud, region string
		change              func(*cluster.Spec)
		want                []string
	}{
		{"region", "aws", "eu-central", func(*cluster.Spec) {}, []string{"plinth:region: found", "did you mean eu-central-1?"}},
		{"zones", "aws", "us-west-1", func(*cluster.Spec) {}, []string{"plinth:cluster.zones", "lower zones to 2"}},
		{"version", "gcp", "us-central1", func(s *cluster.Spec) { s.Version = "1.34" }, []string{"plinth:cluster.version", "1.35, 1.36 on gcp"}},
		{"GPU of the region", "aws", "eu-central-1", func(s *cluster.Spec) { pool(s, "gpu", func(p *cluster.Pool) { p.GPU = &cluster.GPU{Model: "h100"} }) }, []string{"plinth:cluster.pools.gpu", "GPU h100 in eu-central-1"}},
		{"GPU outside the cluster's zones", "gcp", "us-east1", func(s *cluster.Spec) { s.Zones = 1 }, []string{"plinth:cluster.pools.gpu.zones", "us-east1-c, us-east1-d", "raise cluster.zones"}},
		{"zone that the cluster does not have", "aws", "us-east-1", func(s *cluster.Spec) { pool(s, "spot", func(p *cluster.Pool) { p.Zones = []int{1, 4} }) }, []string{"plinth:cluster.pools.spot.zones[1]", "1 to 3"}},
		{"machine type too small", "aws", "us-east-1", func(s *cluster.Spec) {
			pool(s, "system", func(p *cluster.Pool) { p.MachineTypes = map[string][]string{"aws": {"m7i.large"}} })
		}, []string{"plinth:cluster.pools.system", "m7i.large"}},
		{"range too small", "aws", "us-east-1", func(s *cluster.Spec) { s.Network = &cluster.Network{Range: "10.0.0.0/22"} }, []string{"plinth:cluster.network.range", "room for 15", "choose a /18"}},
		{"range beside an existing network", "azure", "uksouth", func(s *cluster.Spec) {
			s.Network = &cluster.Network{Range: "10.0.0.0/16", Existing: &cluster.ExistingNetwork{ID: "x", Private: []string{"y"}}}
		}, []string{"plinth:cluster.network.range", "remove one of the two"}},
		{"one subnet on aws", "aws", "us-east-1", func(s *cluster.Spec) {
			s.Network = &cluster.Network{Existing: &cluster.ExistingNetwork{ID: "x", Private: []string{"y"}}}
		}, []string{"plinth:cluster.network.existing.private", "at least two subnets"}},
		{"no secondary ranges on gcp", "gcp", "us-central1", func(s *cluster.Spec) {
			s.Network = &cluster.Network{Existing: &cluster.ExistingNetwork{ID: "x", Private: []string{"y"}, PodRange: "pods"}}
		}, []string{"plinth:cluster.network.existing", "podRange and serviceRange on gcp"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := prod()
			c.change(&s)
			var problems spec.Problems
			s.Complete().Place("cluster", c.cloud, c.region, now, &problems)
			require.Error(t, problems.Err())
			for _, want := range c.want {
				assert.ErrorContains(t, problems.Err(), want)
			}
		})
	}
}
