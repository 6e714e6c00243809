package aks_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func TestPools(t *testing.T) {
	t.Parallel()
	rec := record(t, mocks.Preview, prod(), nil)
	for name, want := range map[string]struct {
		machine, mode string
		zones         []any
		count         float64
		scaling       []any // min, max
		labels        map[string]any
		taints        []any
		spot          bool
		disk          float64
	}{
		"system": {
			machine: "Standard_D4ds_v5", mode: "System", zones: []any{"1", "2", "3"}, count: 3, scaling: []any{3.0, 6.0}, disk: 100,
			labels: map[string]any{"plinth.dev/pool": "system"}, taints: []any{},
		},
		// AKS adds a label and a taint of its own to spot nodes: both are said, or they would show as a change.
		"spot": {
			machine: "Standard_D8ds_v5", mode: "User", zones: []any{"1", "2", "3"}, count: 0, scaling: []any{0.0, 20.0}, disk: 100, spot: true,
			labels: map[string]any{"plinth.dev/pool": "spot", "plinth.dev/spot": "true", "kubernetes.azure.com/scalesetpriority": "spot"},
			taints: []any{"plinth.dev/spot=true:NoSchedule", "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"},
		},
		"gpu": {
			machine: "Standard_NC4as_T4_v3", mode: "User", zones: []any{"1", "2", "3"}, count: 0, scaling: []any{0.0, 5.0}, disk: 100, spot: true,
			labels: map[string]any{
				"plinth.dev/pool": "gpu", "plinth.dev/spot": "true", "kubernetes.azure.com/scalesetpriority": "spot",
				"plinth.dev/gpu": "t4", "nvidia.com/gpu.present": "true",
			},
			taints: []any{
				"plinth.dev/spot=true:NoSchedule", "kubernetes.azure.com/scalesetpriority=spot:NoSchedule", "nvidia.com/gpu=present:NoSchedule",
			},
		},
		"batch": {
			machine: "Standard_D8ds_v5", mode: "User", zones: []any{"2", "3"}, count: 4, disk: 201,
			labels: map[string]any{"plinth.dev/pool": "batch", "team": "science"}, taints: []any{"batch=:NoExecute", "slow=yes:NoSchedule"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := rec.Get(t, poolType, "cluster-"+name)
			assert.Equal(t, want.machine, pool.At("vmSize"))
			assert.Equal(t, want.mode, pool.At("mode"))
			assert.Equal(t, want.zones, pool.At("availabilityZones"))
			assert.Equal(t, want.count, pool.At("count"))
			assert.Equal(t, want.labels, pool.At("nodeLabels"))
			assert.Equal(t, want.taints, pool.At("nodeTaints"))
			assert.Equal(t, want.disk, pool.At("osDiskSizeGB"))
			assert.Equal(t, want.scaling != nil, pool.At("enableAutoScaling"))
			if want.scaling == nil {
				assert.Nil(t, pool.At("minCount"))
				assert.Nil(t, pool.At("maxCount"))
				assert.Empty(t, pool.IgnoreChanges, "nobody else owns the size, so drift is repaired")
				assert.Empty(t, pool.BeforeUpdate)
			} else {
				assert.Equal(t, want.scaling, []any{pool.At("minCount"), pool.At("maxCount")})
				assert.Equal(t, []string{"count"}, pool.IgnoreChanges, "the autoscaler owns the size")
				assert.Equal(t, []string{"cluster-size"}, pool.BeforeUpdate)
			}
			if want.spot {
				assert.Equal(t, []any{"Spot", "Delete", -1.0}, []any{pool.At("scaleSetPriority"), pool.At("scaleSetEvictionPolicy"), pool.At("spotMaxPrice")})
			} else {
				assert.Nil(t, pool.At("scaleSetPriority"))
			}
			assert.Equal(t, 110.0, pool.At("maxPods"), "the ranges are planned for as many")
		})
	}
}

// TestBootstrap has the pool that a cluster is born with: nothing in the stack file changes it, but for the region.
func TestBootstrap(t *testing.T) {
	t.Parallel()
	pool := bootstrap(t, record(t, mocks.Preview, prod(), nil))
	assert.Equal(t, "bootstrap", pool["name"])
	assert.Equal(t, "System", pool["mode"])
	assert.Equal(t, "Standard_D4ds_v5", pool["vmSize"])
	assert.Equal(t, 1.0, pool["count"])
	assert.Equal(t, "bootstrap", pool["nodeLabels"].(map[string]any)["plinth.dev/pool"])

	args := prod()
	args.Spec.Pools["system"] = cluster.Pool{CPU: 16, Memory: "128Gi", Disk: "300Gi", Nodes: cluster.Nodes{Min: new(5)}}
	assert.Equal(t, pool, bootstrap(t, record(t, mocks.Preview, args, nil)))
}

// TestRotation: a change that AKS does not make in place gives the pool another name, so that Pulumi makes the new one first; and
// the cluster, even as the pool is the system pool, stays what it is.
func TestRotation(t *testing.T) {
	t.Parallel()
	system := cluster.Pool{CPU: 4, Memory: "16Gi", Disk: "100Gi", Nodes: cluster.Nodes{Min: new(3), Max: new(6)}}
	before := record(t, mocks.Preview, prod(), nil)
	name := func(rec *mocks.Recording) string {
		return rec.Get(t, poolType, "cluster-system").At("agentPoolName").(string)
	}
	for what, c := range map[string]struct {
		change  func(*cluster.Pool)
		renames bool
	}{
		"another machine":        {func(p *cluster.Pool) { p.CPU, p.Memory = 8, "32Gi" }, true},
		"a machine by name":      {func(p *cluster.Pool) { p.MachineTypes = map[string][]string{"azure": {"Standard_D4as_v6"}} }, true},
		"a machine elsewhere":    {func(p *cluster.Pool) { p.MachineTypes = map[string][]string{"aws": {"m7i.xlarge"}} }, false},
		"another disk":           {func(p *cluster.Pool) { p.Disk = "120Gi" }, true},
		"a disk of another kind": {func(p *cluster.Pool) { p.Disk = "151Gi" }, true},
		"other zones":            {func(p *cluster.Pool) { p.Zones = []int{1, 2} }, true},
		"more nodes":             {func(p *cluster.Pool) { p.Nodes.Max = new(9) }, false},
		"a fixed size":           {func(p *cluster.Pool) { p.Nodes.Max = nil }, false},
		"a label":                {func(p *cluster.Pool) { p.Labels = map[string]string{"team": "ops"} }, false},
		"a taint": {func(p *cluster.Pool) {
			p.Taints = []cluster.Taint{{Key: "busy", Effect: "PreferNoSchedule"}}
		}, false},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			args, pool := prod(), system
			c.change(&pool)
			args.Spec.Pools["system"] = pool
			after := record(t, mocks.Preview, args, nil)
			assert.Equal(t, c.renames, name(before) != name(after))
			assert.Equal(t, before.Get(t, clusterType, "cluster").Inputs, after.Get(t, clusterType, "cluster").Inputs)
		})
	}
	all(t, before, poolType, func(pool *mocks.Resource) {
		assert.False(t, pool.DeleteBeforeReplace)
		assert.False(t, pool.Protect, "a protected pool cannot be replaced")
		assert.Empty(t, pool.ReplaceOnChanges)
		assert.Equal(t, mocks.Timeouts{Create: "30m", Update: "2h", Delete: "2h"}, pool.Timeouts, "draining takes its time")
		assert.Equal(t, 30.0, pool.At("upgradeSettings.drainTimeoutInMinutes"))
	})
	assert.Equal(t, []string{"agentPoolProfiles"}, before.Get(t, clusterType, "cluster").IgnoreChanges)
}

// TestSpotIsAnotherPool: what a pool's nodes cost cannot be changed in place.
func TestSpotIsAnotherPool(t *testing.T) {
	t.Parallel()
	args := prod()
	spot := args.Spec.Pools["spot"]
	spot.Spot = false
	args.Spec.Pools["spot"] = spot
	name := func(args *cluster.Args) any {
		return record(t, mocks.Preview, args, nil).Get(t, poolType, "cluster-spot").At("agentPoolName")
	}
	assert.NotEqual(t, name(prod()), name(args))
}

// TestPhysicalNames are what AKS takes, and no two alike.
func TestPhysicalNames(t *testing.T) {
	t.Parallel()
	args := prod()
	for _, name := range []string{"analytics", "analytics2", "a", "bootstrap"} {
		args.Spec.Pools[name] = cluster.Pool{CPU: 4, Memory: "16Gi", Disk: "100Gi", Nodes: cluster.Nodes{Min: new(1)}}
	}
	seen := map[any]bool{"bootstrap": true}
	all(t, record(t, mocks.Preview, args, nil), poolType, func(pool *mocks.Resource) {
		name := pool.At("agentPoolName")
		assert.Regexp(t, `^[a-z][a-z0-9]{0,11}$`, name)
		assert.True(t, strings.HasPrefix(name.(string), pool.At("nodeLabels").(map[string]any)["plinth.dev/pool"].(string)[:1]))
		assert.False(t, seen[name], "%s", name)
		seen[name] = true
	})
	require.Len(t, seen, 9)
}

// TestDisk: the system is on the machine's own disk where it fits, and on a managed one where it does not.
func TestDisk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pool cluster.Pool
		size float64
		kind string
	}{
		{cluster.Pool{CPU: 4, Memory: "16Gi", Disk: "150Gi"}, 150, "Ephemeral"},
		{cluster.Pool{CPU: 4, Memory: "16Gi", Disk: "150.1Gi"}, 151, "Managed"},
		{cluster.Pool{CPU: 2, Memory: "8Gi", Disk: "100Gi"}, 100, "Managed"},
		{cluster.Pool{CPU: 4, Memory: "16Gi", Disk: "100Gi", MachineTypes: map[string][]string{"azure": {"Standard_D4s_v6"}}}, 100, "Managed"},
	} {
		args := dev()
		c.pool.Nodes = cluster.Nodes{Min: new(1)}
		args.Spec.Pools["system"] = c.pool
		pool := record(t, mocks.Preview, args, nil).Get(t, poolType, "cluster-system")
		assert.Equal(t, c.size, pool.At("osDiskSizeGB"))
		assert.Equal(t, c.kind, pool.At("osDiskType"))
	}
}
