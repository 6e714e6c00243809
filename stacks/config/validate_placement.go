package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/components/workload"
)

// validatePlacement checks that each workload has a pool to run on, and fits one of its nodes.
func (c *Config) validatePlacement(problems *spec.Problems) {
	for _, name := range slices.Sorted(maps.Keys(c.Workloads)) {
		w, path := c.Workloads[name], workloadPath(name)
		pools := slices.Sorted(maps.Keys(c.Cluster.Pools))
		if w.Pool != "" {
			if !problems.CheckReference(path.Key("pool"), w.Pool, "pool", pools) {
				continue
			}
			pools = []string{w.Pool}
		}
		if w.Spot && !slices.ContainsFunc(pools, func(p string) bool { return c.Cluster.Pools[p].Spot }) {
			problems.Add(path.Key("spot"), true, "spot only where a pool that the workload may run on is spot", "add a spot pool, or remove it")
			continue
		}
		if pools = c.admitting(w, path, pools, problems); len(pools) > 0 {
			c.validateSize(w, path, pools, problems)
		}
	}
}

// admitting returns the pools whose taints let the workload in, and reports where there is none.
func (c *Config) admitting(w workload.Spec, path spec.Path, pools []string, problems *spec.Problems) []string {
	var withGPU, admitting []string
	most := 0
	for _, name := range pools {
		p := c.Cluster.Pools[name]
		if (p.GPU != nil) != (w.GPU > 0) {
			continue
		}
		if p.GPU != nil {
			most = max(most, p.GPU.Count)
			if p.GPU.Count < w.GPU {
				continue
			}
		}
		withGPU = append(withGPU, name)
		if (!p.Spot || w.Spot) && (w.Pool != "" || !keepsOff(p)) {
			admitting = append(admitting, name)
		}
	}
	switch {
	case w.GPU > 0 && most == 0:
		problems.Add(path.Key("gpu"), w.GPU, "a GPU only where a pool has one", "add a pool with gpu: {model: t4}, or remove it")
	case w.GPU > most:
		problems.Add(path.Key("gpu"), w.GPU, fmt.Sprintf("at most %d, the most that a node of a pool has", most), "lower it, or raise the pool's gpu.count")
	case len(withGPU) == 0:
		problems.Add(path.Key("pool"), w.Pool, "a pool without GPUs, for a workload that asks for none", "choose another pool, or ask for a gpu")
	case len(admitting) == 0:
		problems.Add(path.Key("spot"), w.Spot, "true: only spot or tainted pools have what the workload asks for: "+strings.Join(withGPU, ", "),
			"add spot: true, or name the pool")
	}
	return admitting
}

// keepsOff tells whether the pool's own taints keep workloads off that do not name it.
func keepsOff(p cluster.Pool) bool {
	return slices.ContainsFunc(p.Taints, func(t cluster.Taint) bool { return t.Effect != "PreferNoSchedule" })
}

func (c *Config) validateSize(w workload.Spec, path spec.Path, pools []string, problems *spec.Problems) {
	var biggestCPU, biggestMemory resource.Quantity
	fits := false
	cpuAsked, memoryAsked := w.Resources.CPU.Request.Value(), w.Resources.Memory.Request.Value()
	for _, name := range pools {
		cpu, memory := c.Cluster.Pools[name].Allocatable()
		fits = fits || cpuAsked.Cmp(cpu) <= 0 && memoryAsked.Cmp(memory) <= 0
		if cpu.Cmp(biggestCPU) > 0 {
			biggestCPU = cpu
		}
		if memory.Cmp(biggestMemory) > 0 {
			biggestMemory = memory
		}
	}
	where := " is what a node of " + strings.Join(pools, ", ") + " has for pods"
	resources := path.Key("resources")
	cpuFits, memoryFits := cpuAsked.Cmp(biggestCPU) <= 0, memoryAsked.Cmp(biggestMemory) <= 0
	if !cpuFits {
		problems.Add(resources.Key("cpu").Key("request"), w.Resources.CPU.Request, biggestCPU.String()+where, "lower it, or make the pool's nodes bigger")
	}
	if !memoryFits {
		problems.Add(resources.Key("memory").Key("request"), w.Resources.Memory.Request, fmt.Sprintf("%dMi", biggestMemory.Value()>>20)+where,
			"lower it, or make the pool's nodes bigger")
	}
	if cpuFits && memoryFits && !fits {
		problems.Add(resources, fmt.Sprintf("cpu %s, memory %s", w.Resources.CPU.Request, w.Resources.Memory.Request),
			"both on one node; each fits only a different pool of "+strings.Join(pools, ", "), "lower one, or make a pool's nodes bigger")
	}
}
