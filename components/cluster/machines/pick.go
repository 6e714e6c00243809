package machines

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Request is what each node of a pool should have.
type Request struct {
	// CPU is the fewest cores. 0: no wish.
	CPU int
	// Memory is the least memory, in bytes. 0: no wish.
	Memory int64
	// GPU model, one of t4, l4, a10g, a100, h100; empty: none.
	GPU string
	// GPUs is exactly how many GPUs. 0 with a model: 1.
	GPUs int
	// Spot asks for machines that can be taken away.
	Spot bool
	// Types override the catalogue, the preferred first.
	Types []string
}

// Choice is the machine of a pool's nodes.
type Choice struct {
	// Types of the machine, the preferred first, all of this CPU, memory and GPU. One on gcp, azure and on demand on
	// aws, unless the request named more; at least spotTypes on aws spot without a GPU.
	Types []string
	// CPU cores.
	CPU int
	// Memory as the cloud publishes it, in bytes.
	Memory int64
	// GPU model, or empty.
	GPU string
	// GPUs of each node.
	GPUs int
	// LocalDisk is the biggest ephemeral OS disk that fits on Azure, in bytes. 0: none known, use a managed disk.
	LocalDisk int64
	// Zones of the region that sell it. Place the pool in no other.
	Zones []string
}

// spotTypes is how many interchangeable types an EKS spot pool has at least, so that one type's shortage does not empty it.
const spotTypes = 3

// Pick returns the machine for a request: of those with at least the CPU and memory asked for and exactly its GPUs, the
// one with the fewest cores, and of those the one with the least memory. Shapes double from one to the next, so it has
// at most twice the CPU or at most twice the memory asked for, down to each cloud's smallest machine and apart from GPU
// machines. Every cause of an error is a *Refusal.
func Pick(cloud, region string, r Request) (Choice, error) {
	where, err := FindRegion(cloud, region)
	if err != nil {
		return Choice{}, err
	}
	if r.GPU != "" && r.GPUs == 0 {
		r.GPUs = 1
	}
	if len(r.Types) > 0 {
		return override(cloud, where, r)
	}
	if err := checkModel(cloud, where, r); err != nil {
		return Choice{}, err
	}

	var fitting []machine
	for _, m := range sold(cloud, where) {
		if m.covers(r) && enoughTypes(cloud, m, r) {
			fitting = append(fitting, m)
		}
	}
	if len(fitting) == 0 {
		return Choice{}, impossible(cloud, where, r)
	}
	best := slices.MinFunc(fitting, func(a, b machine) int {
		return cmp.Or(cmp.Compare(a.cpu, b.cpu), cmp.Compare(a.memoryGi, b.memoryGi), cmp.Compare(a.placement, b.placement))
	})
	if cloud != "aws" || !r.Spot {
		best.types = best.types[:1]
	}
	return best.choice(where), nil
}

// sold returns the machines of a region, each with only the types sold there.
func sold(cloud string, where Region) []machine {
	var all []machine
	for _, m := range catalogue()[cloud] {
		if m, ok := where.offered(m); ok {
			all = append(all, m)
		}
	}
	return all
}

// covers says whether the machine meets the request.
func (m machine) covers(r Request) bool {
	return m.cpu >= r.CPU && m.memory() >= r.Memory && m.gpu == r.GPU && m.gpus == r.GPUs && (r.Spot || !m.spotOnly)
}

// enoughTypes says whether spot capacity does not hang on too few types. No two GPU types are alike, so those are exempt.
func enoughTypes(cloud string, m machine, r Request) bool {
	return cloud != "aws" || !r.Spot || m.gpu != "" || len(m.types) >= spotTypes
}

func (m machine) memory() int64 { return int64(m.memoryGi) << 30 }

func (m machine) choice(where Region) Choice {
	return Choice{
		Types: m.types, CPU: m.cpu, Memory: m.memory(), GPU: m.gpu, GPUs: m.gpus,
		LocalDisk: int64(m.localGi) << 30, Zones: where.zonesOf(m),
	}
}

// checkModel refuses a GPU that the region does not have.
func checkModel(cloud string, where Region, r Request) error {
	if r.GPU == "" || slices.Contains(where.GPUs, r.GPU) {
		return nil
	}
	var others []string
	for _, other := range regions()[cloud] {
		if slices.Contains(other.GPUs, r.GPU) {
			others = append(others, other.Name)
		}
	}
	allowed, remedy := "none: the region has no GPUs", "remove the pool's gpu"
	if len(where.GPUs) > 0 {
		allowed, remedy = strings.Join(where.GPUs, ", "), "choose one of those"
	}
	if len(others) > 0 {
		remedy += fmt.Sprintf(", or choose a region that has %s: %s", r.GPU, strings.Join(others, ", "))
	}
	return &Refusal{Found: fmt.Sprintf("GPU %s in %s", r.GPU, where.Name), Allowed: allowed, Remedy: remedy}
}

// impossible says what was asked for and which machines come nearest to it.
func impossible(cloud string, where Region, r Request) error {
	var near []machine
	for _, m := range sold(cloud, where) {
		if m.gpu == r.GPU {
			near = append(near, m)
		}
	}
	slices.SortFunc(near, func(a, b machine) int {
		return cmp.Or(cmp.Compare(a.distance(r), b.distance(r)), cmp.Compare(a.placement, b.placement))
	})
	var names []string
	for _, m := range near[:min(3, len(near))] {
		names = append(names, m.String())
	}
	return &Refusal{
		Found:   fmt.Sprintf("%s in %s", r, where.Name),
		Allowed: "nearest: " + strings.Join(names, ", "),
		Remedy:  "ask for one of these sizes, or name a type under machineTypes",
	}
}

// distance is how far the machine is from the request: the sum of the factors by which they differ, a missing GPU count
// and a machine not sold on demand weighing more than any size.
func (m machine) distance(r Request) float64 {
	d := factor(float64(m.cpu), float64(r.CPU)) + factor(float64(m.memory()), float64(r.Memory)) + 1000*factor(float64(m.gpus), float64(r.GPUs))
	if m.spotOnly && !r.Spot {
		d += 100_000
	}
	return d
}

func factor(a, b float64) float64 {
	if a == 0 || b == 0 {
		return 1
	}
	return max(a/b, b/a)
}

// String names the wish as an error message needs it.
func (r Request) String() string {
	var parts []string
	if r.CPU > 0 {
		parts = append(parts, fmt.Sprintf("%d CPU", r.CPU))
	}
	if r.Memory > 0 {
		parts = append(parts, fmt.Sprintf("%.4gGi", float64(r.Memory)/(1<<30)))
	}
	if r.GPU != "" {
		parts = append(parts, fmt.Sprintf("%d %s", r.GPUs, r.GPU))
	}
	if r.Spot {
		return strings.Join(append(parts, "spot"), ", ")
	}
	return strings.Join(append(parts, "on demand"), ", ")
}
