package machines

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestReserved checks the formulas against the figures that the clouds publish.
func TestReserved(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cloud              string
		milliCPU, memoryMi int64
		wantCPU, wantMi    int64
	}{
		{"gcp", 4000, 16 << 10, 80, 2662},         // 25 % of 4Gi, 20 % of 4Gi, 10 % of 8Gi, each part rounded down
		{"gcp", 96000, 384 << 10, 310, 14785},     // and 6 % of 112Gi, 2 % of the rest
		{"azure", 1000, 4 << 10, 60, 1024},        // 25 % is less than 20 Mi a pod
		{"azure", 2000, 8 << 10, 100, 2048},       //
		{"azure", 4000, 16 << 10, 140, 2250},      // 20 Mi for each of 110 pods and 50
		{"azure", 8000, 32 << 10, 180, 2250},      //
		{"azure", 64000, 256 << 10, 740, 2250},    //
		{"aws", 2000, 8 << 10, 70, 1465},          // 11 Mi for each of 110 pods and 255
		{"aws", 192000, 768 << 10, 550, 1465},     //
		{"aws", 4000, 16 << 10, 80, 11*110 + 255}, //
	} {
		cpu, memory := reserved(c.cloud, c.milliCPU, c.memoryMi)
		assert.Equal(t, c.wantCPU, cpu, "%+v", c)
		assert.Equal(t, c.wantMi, memory, "%+v", c)
	}
}

func TestAllocatable(t *testing.T) {
	t.Parallel()
	choice := Choice{CPU: 4, Memory: 16 * gib, GPU: "t4", GPUs: 1}
	// 16384 Mi less 1228 for the kernel, 1465 reserved and 100 for eviction.
	assert.Equal(t, Resources{MilliCPU: 3920, Memory: 13591 << 20, Pods: 110, GPUs: 1}, Allocatable("aws", choice))

	for cloud, all := range catalogue() {
		for _, m := range all {
			a := Allocatable(cloud, m.choice(Region{}))
			assert.Positive(t, a.Memory, "%s", m)
			assert.Less(t, a.Memory, m.memory(), "%s", m)
			assert.Less(t, a.MilliCPU, int64(m.cpu)*1000, "%s", m)
			assert.Greater(t, a.MilliCPU, int64(m.cpu)*900, "%s", m)
		}
	}
}
