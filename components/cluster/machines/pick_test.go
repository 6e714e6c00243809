package machines

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const gib = int64(1) << 30

func TestPick(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, cloud, region string
		request             Request
		want                []string
	}{
		{"exact general", "aws", "eu-central-1", Request{CPU: 4, Memory: 16 * gib}, []string{"m7i.xlarge"}},
		{"spot gets interchangeable types", "aws", "eu-central-1", Request{CPU: 8, Memory: 32 * gib, Spot: true}, []string{"m7i.2xlarge", "m6i.2xlarge", "m6a.2xlarge", "m5.2xlarge"}},
		{"types the region lacks are left out", "aws", "eu-north-1", Request{CPU: 8, Memory: 32 * gib, Spot: true}, []string{"m7i.2xlarge", "m6i.2xlarge", "m5.2xlarge"}},
		{"the next size where too few types remain", "aws", "eu-north-1", Request{CPU: 32, Memory: 64 * gib, Spot: true}, []string{"m7i.8xlarge", "m6i.8xlarge", "m5.8xlarge"}},
		{"on demand needs only one", "aws", "eu-north-1", Request{CPU: 32, Memory: 64 * gib}, []string{"c7i.8xlarge"}},
		{"the preferred type is missing", "aws", "eu-south-1", Request{CPU: 4, Memory: 16 * gib}, []string{"m6i.xlarge"}},
		{"compute", "aws", "us-east-1", Request{CPU: 8, Memory: 16 * gib}, []string{"c7i.2xlarge"}},
		{"memory", "aws", "us-east-1", Request{CPU: 4, Memory: 20 * gib}, []string{"r7i.xlarge"}},
		{"between two sizes", "aws", "us-east-1", Request{CPU: 5, Memory: 16 * gib}, []string{"c7i.2xlarge"}},
		{"no wish is the smallest", "aws", "us-east-1", Request{}, []string{"c7i.large"}},
		{"T4 on EKS spot has one type only", "aws", "eu-central-1", Request{CPU: 4, Memory: 16 * gib, GPU: "t4", GPUs: 1, Spot: true}, []string{"g4dn.xlarge"}},
		{"a model alone means one", "aws", "us-west-2", Request{GPU: "l4"}, []string{"g6.xlarge"}},
		{"A10G", "aws", "eu-west-1", Request{GPU: "a10g", GPUs: 4}, []string{"g5.12xlarge"}},
		{"A100", "aws", "us-east-1", Request{GPU: "a100", GPUs: 8}, []string{"p4d.24xlarge"}},
		{"H100", "aws", "us-east-1", Request{GPU: "h100"}, []string{"p5.4xlarge"}},
		{"gcp general", "gcp", "europe-west4", Request{CPU: 8, Memory: 32 * gib, Spot: true}, []string{"n2-standard-8"}},
		{"gcp compute", "gcp", "europe-west4", Request{CPU: 8, Memory: 16 * gib}, []string{"c2d-highcpu-8"}},
		{"gcp without the compute family", "gcp", "europe-north1", Request{CPU: 8, Memory: 16 * gib}, []string{"n2-standard-8"}},
		{"gcp T4 hangs on n1", "gcp", "europe-west4", Request{CPU: 4, Memory: 16 * gib, GPU: "t4", Spot: true}, []string{"n1-highmem-4"}},
		{"gcp L4", "gcp", "us-central1", Request{CPU: 4, Memory: 16 * gib, GPU: "l4"}, []string{"g2-standard-4"}},
		{"gcp A100", "gcp", "us-central1", Request{GPU: "a100", GPUs: 2}, []string{"a2-highgpu-2g"}},
		{"gcp sells one H100 as spot", "gcp", "us-central1", Request{GPU: "h100", Spot: true}, []string{"a3-highgpu-1g"}},
		{"azure general", "azure", "westeurope", Request{CPU: 4, Memory: 16 * gib}, []string{"Standard_D4ds_v5"}},
		{"azure compute", "azure", "westeurope", Request{CPU: 4, Memory: 8 * gib}, []string{"Standard_D4lds_v5"}},
		{"azure memory", "azure", "westeurope", Request{CPU: 4, Memory: 32 * gib}, []string{"Standard_E4ds_v5"}},
		{"azure T4", "azure", "westeurope", Request{CPU: 4, Memory: 16 * gib, GPU: "t4", Spot: true}, []string{"Standard_NC4as_T4_v3"}},
		{"azure A100", "azure", "westeurope", Request{GPU: "a100", GPUs: 4}, []string{"Standard_NC96ads_A100_v4"}},
		{"azure H100", "azure", "swedencentral", Request{GPU: "h100", GPUs: 8}, []string{"Standard_ND96isr_H100_v5"}},
		{"override on demand", "aws", "eu-central-1", Request{CPU: 4, Memory: 16 * gib, Types: []string{"m6a.xlarge"}}, []string{"m6a.xlarge"}},
		{"override with a type of its own", "azure", "westeurope", Request{CPU: 4, Memory: 16 * gib, Types: []string{"Standard_D4ads_v6"}}, []string{"Standard_D4ads_v6"}},
		{"override of an attached GPU", "gcp", "us-central1", Request{CPU: 8, Memory: 32 * gib, GPU: "t4", GPUs: 2, Types: []string{"n1-highmem-16"}}, []string{"n1-highmem-16"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			choice, err := Pick(c.cloud, c.region, c.request)
			require.NoError(t, err)
			assert.Equal(t, c.want, choice.Types)
			assert.GreaterOrEqual(t, choice.CPU, c.request.CPU)
			assert.GreaterOrEqual(t, choice.Memory, c.request.Memory)
			assert.Equal(t, c.request.GPU, choice.GPU)
			assert.NotEmpty(t, choice.Zones)
		})
	}
}

func TestPickRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, cloud, region string
		request             Request
		want                []string
	}{
		{"unknown cloud", "oci", "x", Request{}, []string{`cloud "oci"`, "aws, azure, gcp"}},
		{"typo in a region", "aws", "eu-centrl-1", Request{}, []string{"eu-centrl-1", "did you mean eu-central-1?"}},
		{"GPU that the cloud never has", "azure", "westeurope", Request{GPU: "a10g"}, []string{"GPU a10g in westeurope", "allowed: t4, a100, h100", "choose one of those"}},
		{"GPU that the region lacks", "aws", "eu-central-1", Request{GPU: "h100"}, []string{"GPU h100 in eu-central-1", "t4, l4, a10g, a100", "eu-west-2"}},
		{"region without GPUs", "gcp", "europe-west8", Request{GPU: "t4"}, []string{"none: the region has no GPUs", "europe-west4"}},
		{"count that nobody sells", "aws", "us-east-1", Request{GPU: "a100", GPUs: 1}, []string{"1 a100, on demand in us-east-1", "nearest: p4d.24xlarge (96 CPU, 1152Gi, 8 a100)", "machineTypes"}},
		{"nearest counts come first", "azure", "westeurope", Request{GPU: "t4", GPUs: 2}, []string{"nearest: Standard_NC4as_T4_v3"}},
		{"one H100 on demand on gcp", "gcp", "us-central1", Request{GPU: "h100"}, []string{"1 h100, on demand", "nearest: a3-highgpu-8g (208 CPU, 1872Gi, 8 h100)", "a3-highgpu-1g (26 CPU, 234Gi, 1 h100, spot only)"}},
		{"type that the region lacks", "aws", "us-west-1", Request{GPU: "h100"}, []string{"nearest: p5.48xlarge (192 CPU, 2048Gi, 8 h100)"}},
		{"too big", "aws", "us-east-1", Request{CPU: 448, Memory: 16 * gib}, []string{"448 CPU, 16Gi, on demand", "96 CPU"}},
		{"too much memory", "azure", "westeurope", Request{CPU: 4, Memory: 4096 * gib}, []string{"4 CPU, 4096Gi", "nearest: Standard_E"}},
		{"override too small", "aws", "us-east-1", Request{CPU: 4, Memory: 16 * gib, Types: []string{"m7i.large"}}, []string{"m7i.large (2 CPU, 8Gi)", "at least what the pool asks for: 4 CPU, 16Gi"}},
		{"overrides of two sizes", "aws", "us-east-1", Request{CPU: 4, Memory: 16 * gib, Spot: true, Types: []string{"m7i.xlarge", "m7i.2xlarge"}}, []string{"m7i.2xlarge (8 CPU, 32Gi) beside m7i.xlarge (4 CPU, 16Gi)"}},
		{"override without the GPU", "aws", "us-east-1", Request{GPU: "t4", Types: []string{"g6.xlarge"}}, []string{"g6.xlarge (4 CPU, 16Gi, 1 l4)", "1 t4"}},
		{"two types where a pool has one", "gcp", "us-central1", Request{CPU: 4, Types: []string{"n2-standard-4", "n2d-standard-4"}}, []string{"one type"}},
		{"override of another cloud", "azure", "westeurope", Request{CPU: 4, Types: []string{"m7i.xlarge"}}, []string{"m7i.xlarge", "a machine type of azure, such as Standard_"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := Pick(c.cloud, c.region, c.request)
			var refusal *Refusal
			require.True(t, errors.As(err, &refusal), "want a *Refusal, got %v", err)
			assert.NotEmpty(t, refusal.Remedy)
			for _, want := range c.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}

// TestWaste is the rule in Pick's comment: a machine is at most twice what was asked for in CPU or in memory.
func TestWaste(t *testing.T) {
	t.Parallel()
	for cloud := range regions() {
		for _, region := range regions()[cloud] {
			for cpu := 1; cpu <= 96; cpu++ {
				for memory := 2 * cpu; memory <= min(8*cpu, 384); memory += cpu {
					request := Request{CPU: cpu, Memory: int64(memory) * gib}
					choice, err := Pick(cloud, region.Name, request)
					require.NoError(t, err, "%s %s", region.Name, request)
					if choice.CPU > 2 {
						assert.True(t, choice.CPU <= 2*cpu || choice.Memory <= 2*request.Memory, "%s in %s got %v", request, region.Name, choice)
					}
				}
			}
		}
	}
}

// TestSpotEverywhere proves that every region can serve spot pools of the usual sizes with enough types.
func TestSpotEverywhere(t *testing.T) {
	t.Parallel()
	for _, region := range regions()["aws"] {
		for _, cpu := range []int{2, 4, 8, 16, 32, 48, 64, 96} {
			for _, ratio := range []int64{2, 4, 7} {
				choice, err := Pick("aws", region.Name, Request{CPU: cpu, Memory: int64(cpu) * ratio * gib, Spot: true})
				require.NoError(t, err, "%d CPU in %s", cpu, region.Name)
				assert.GreaterOrEqual(t, len(choice.Types), spotTypes, "%d CPU in %s", cpu, region.Name)
			}
		}
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	models := map[string]bool{"": true, "t4": true, "l4": true, "a10g": true, "a100": true, "h100": true}
	for cloud, all := range catalogue() {
		seen := map[string]bool{}
		for _, m := range all {
			assert.Positive(t, m.cpu, m)
			assert.Positive(t, m.memoryGi, m)
			assert.True(t, models[m.gpu], "%s has GPU %q", m, m.gpu)
			assert.Equal(t, m.gpu == "", m.gpus == 0, m)
			for _, name := range m.types {
				assert.Regexp(t, typeForms[cloud], name)
				key := fmt.Sprintf("%s %d %s", name, m.gpus, m.gpu)
				assert.False(t, seen[key], "%s stands twice", key)
				seen[key] = true
			}
		}
	}
	for cloud, all := range regions() {
		for _, region := range all {
			assert.NotEmpty(t, region.Zones, region.Name)
			for _, model := range region.GPUs {
				found := false
				for _, m := range sold(cloud, region) {
					found = found || m.gpu == model
				}
				assert.True(t, found, "%s has %s, but no machine with it", region.Name, model)
				assert.Subset(t, region.Zones, region.gpuZones[model])
			}
			for _, beginning := range region.lacks {
				found := false
				for _, m := range catalogue()[cloud] {
					for _, name := range m.types {
						found = found || len(name) >= len(beginning) && name[:len(beginning)] == beginning
					}
				}
				assert.True(t, found, "%s lacks %q, which is no type of the table", region.Name, beginning)
			}
		}
	}
}
