package gke

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func TestPools(t *testing.T) {
	t.Parallel()
	rec := up(t, prod())
	for name, want := range map[string]struct {
		machine    string
		zones      []any
		fixed      any
		initial    any
		scaling    map[string]any
		labels     map[string]any
		taints     []any
		gpus       any
		spot       bool
		disk       float64
		ignoresOwn []string
	}{
		"system": {
			machine: "n2-standard-4", zones: []any{"us-east1-b", "us-east1-c", "us-east1-d"}, initial: 1.0, disk: 100,
			scaling: map[string]any{"totalMinNodeCount": 3.0, "totalMaxNodeCount": 6.0, "locationPolicy": "BALANCED"},
			labels:  map[string]any{"plinth.dev/pool": "system"}, taints: []any{}, ignoresOwn: []string{"initialNodeCount"},
		},
		"spot": {
			machine: "n2-standard-8", zones: []any{"us-east1-b", "us-east1-c", "us-east1-d"}, initial: 0.0, spot: true, disk: 100,
			scaling: map[string]any{"totalMinNodeCount": 0.0, "totalMaxNodeCount": 20.0, "locationPolicy": "ANY"},
			labels:  map[string]any{"plinth.dev/pool": "spot", "plinth.dev/spot": "true"},
			taints:  []any{taint("plinth.dev/spot", "true", "NO_SCHEDULE")}, ignoresOwn: []string{"initialNodeCount"},
		},
		// No taint of GPUs: GKE adds it.
		"gpu": {
			machine: "n1-highmem-4", zones: []any{"us-east1-c", "us-east1-d"}, initial: 0.0, spot: true, disk: 100,
			scaling: map[string]any{"totalMinNodeCount": 0.0, "totalMaxNodeCount": 5.0, "locationPolicy": "ANY"},
			labels:  map[string]any{"plinth.dev/pool": "gpu", "plinth.dev/spot": "true", "plinth.dev/gpu": "t4"},
			taints:  []any{taint("plinth.dev/spot", "true", "NO_SCHEDULE")}, ignoresOwn: []string{"initialNodeCount"},
			gpus: []any{map[string]any{
				"type": "nvidia-tesla-t4", "count": 1.0, "gpuDriverInstallationConfig": map[string]any{"gpuDriverVersion": "DEFAULT"},
			}},
		},
		// Four nodes spread evenly over two zones, not three.
		"batch": {
			machine: "n2-standard-8", zones: []any{"us-east1-b", "us-east1-c"}, fixed: 2.0, disk: 200,
			labels: map[string]any{"plinth.dev/pool": "batch", "team": "science"},
			taints: []any{taint("batch", "", "NO_EXECUTE"), taint("slow", "yes", "NO_SCHEDULE")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := rec.Get(t, poolType, "cluster-"+name)
			assert.Equal(t, want.machine, pool.At("nodeConfig.machineType"))
			assert.Equal(t, want.zones, pool.At("nodeLocations"))
			assert.Equal(t, want.fixed, pool.At("nodeCount"))
			assert.Equal(t, want.initial, pool.At("initialNodeCount"))
			if want.scaling == nil {
				assert.Nil(t, pool.At("autoscaling"))
			} else {
				assert.Equal(t, want.scaling, pool.At("autoscaling"))
			}
			assert.Equal(t, want.labels, pool.At("nodeConfig.labels"))
			assert.Equal(t, want.taints, pool.At("nodeConfig.taints"))
			assert.Equal(t, want.gpus, pool.At("nodeConfig.guestAccelerators"))
			assert.Equal(t, want.spot, pool.At("nodeConfig.spot"))
			assert.Equal(t, want.disk, pool.At("nodeConfig.diskSizeGb"))
			assert.Equal(t, want.ignoresOwn, pool.IgnoreChanges)
			assert.Equal(t, 110.0, pool.At("maxPodsPerNode"), "the ranges are planned for as many")
		})
	}
}

func taint(key, value, effect string) map[string]any {
	return map[string]any{"key": key, "value": value, "effect": effect}
}

// TestReplacement has what makes GKE change a pool's machine in place, and Pulumi replace it beside the old one where it has to.
func TestReplacement(t *testing.T) {
	t.Parallel()
	pools := up(t, prod()).ByType(poolType)
	assert.Len(t, pools, 4)
	for _, pool := range pools {
		assert.NotContains(t, pool.Inputs, "name")
		assert.NotContains(t, pool.Inputs, "version", "GKE's own upgrades would be fought")
		assert.False(t, pool.DeleteBeforeReplace)
		assert.False(t, pool.Protect, "a protected pool cannot be replaced")
		assert.Empty(t, pool.ReplaceOnChanges, "removing a pool heeds no disruption budgets, updating it does")
		assert.Equal(t, mocks.Timeouts{Update: "3h", Delete: "2h"}, pool.Timeouts)
	}
}

// TestInitialSize has the first size by zone: never above the pool's most.
func TestInitialSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		least, most int
		initial     float64
	}{{0, 5, 0}, {1, 2, 0}, {1, 3, 1}, {4, 5, 1}, {4, 6, 2}, {6, 9, 2}} {
		args := prod()
		args.Spec.Pools["spot"] = cluster.Pool{CPU: 4, Memory: "16Gi", Disk: "100Gi", Nodes: cluster.Nodes{Min: &c.least, Max: &c.most}}
		pool := up(t, args).Get(t, poolType, "cluster-spot")
		assert.InDelta(t, c.initial, pool.At("initialNodeCount"), 0, "%d to %d", c.least, c.most)
		assert.LessOrEqual(t, pool.At("initialNodeCount").(float64)*3, float64(c.most))
	}
}

func TestEvenly(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]int{{1, 3, 1}, {2, 3, 2}, {3, 3, 3}, {4, 3, 2}, {5, 3, 1}, {6, 3, 3}, {6, 1, 1}} {
		assert.Equal(t, c[2], evenly(c[0], c[1]), "%d nodes over %d zones", c[0], c[1])
	}
}
