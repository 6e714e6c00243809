package cluster

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/plinth-iac/plinth/components/cluster/machines"
	"github.com/plinth-iac/plinth/components/cluster/ranges"
	"github.com/plinth-iac/plinth/components/cluster/versions"
	"github.com/plinth-iac/plinth/components/spec"
)

// Placement is what a spec means on one cloud in one region.
type Placement struct {
	// Zones of the cluster, as the cloud names them.
	Zones []string
	// Pools by name.
	Pools map[string]PlacedPool
	// Layout of the cluster's own network. Where an existing one is used it is empty, but for what lies outside of it on azure: pods,
	// Services and their DNS.
	Layout ranges.Layout
}

// PlacedPool is what a pool means on one cloud.
type PlacedPool struct {
	// Machine of each node.
	Machine machines.Choice
	// Zones that the pool is in, as places in Placement.Zones, which are also those in the layout's subnets.
	Zones []int
}

// Place finds the zones, machines and addresses of a spec on aws, gcp or azure, or adds to problems every reason why the
// cloud cannot give what is asked for: the region, its zones, the version, a machine, a GPU, a range. s is complete,
// and path is where it stands. The result is whole only where nothing was added.
func (s Spec) Place(path spec.Path, cloud, region string, now time.Time, problems *spec.Problems) Placement {
	if s.Version != "" {
		versions.Check(path.Key("version"), cloud, s.Version, now, problems)
	}
	if _, err := machines.FindRegion(cloud, region); err != nil {
		refuse("region", err, problems)
		return Placement{}
	}
	zones, err := machines.PickZones(cloud, region, max(1, s.Zones))
	if err != nil {
		refuse(path.Key("zones"), err, problems)
		return Placement{}
	}

	placement := Placement{Zones: zones, Pools: map[string]PlacedPool{}}
	sizes := make([]ranges.Pool, 0, len(s.Pools))
	for _, name := range slices.Sorted(maps.Keys(s.Pools)) {
		pool := s.Pools[name].place(path.Key("pools").Key(name), cloud, region, zones, problems)
		placement.Pools[name] = pool
		sizes = append(sizes, ranges.Pool{Nodes: s.Pools[name].Most(), Zones: len(pool.Zones)})
	}
	placement.Layout = s.layout(path.Key("network"), cloud, sizes, problems)
	return placement
}

func (p Pool) place(path spec.Path, cloud, region string, zones []string, problems *spec.Problems) PlacedPool {
	request := machines.Request{CPU: p.CPU, Memory: new(p.Memory.Value()).Value(), Spot: p.Spot, Types: p.MachineTypes[cloud]}
	if p.GPU != nil {
		request.GPU, request.GPUs = p.GPU.Model, p.GPU.Count
	}
	machine, err := machines.Pick(cloud, region, request)
	if err != nil {
		refuse(path, err, problems)
		return PlacedPool{}
	}

	placed := PlacedPool{Machine: machine}
	for i, zone := range zones {
		if slices.Contains(machine.Zones, zone) && (len(p.Zones) == 0 || slices.Contains(p.Zones, i+1)) {
			placed.Zones = append(placed.Zones, i)
		}
	}
	misplaced := false
	for i, zone := range p.Zones {
		if zone < 1 || zone > len(zones) {
			misplaced = true
			problems.Add(path.Key("zones").Index(i), zone, fmt.Sprintf("1 to %d, a zone of the cluster", len(zones)), "choose one of those, or raise cluster.zones")
		}
	}
	if len(placed.Zones) == 0 && !misplaced {
		problems.Add(path.Key("zones"), strings.Join(zones, ", "), fmt.Sprintf("a zone that sells %s: %s", machine.Types[0], strings.Join(machine.Zones, ", ")),
			"raise cluster.zones or drop the pool's zones until one of those is among them")
	}
	return placed
}

// layout plans the cluster's own network, or checks what is said of an existing one.
func (s Spec) layout(path spec.Path, cloud string, pools []ranges.Pool, problems *spec.Problems) ranges.Layout {
	request := ranges.Request{Cloud: cloud, Zones: max(1, s.Zones), Pools: pools}
	if s.Network == nil {
		return ranges.Plan(path, request, problems)
	}
	request.Network, request.Pods, request.Services = s.Network.Range, s.Network.Pods, s.Network.Services
	if s.Network.Existing == nil {
		return ranges.Plan(path, request, problems)
	}
	if s.Network.Range != "" {
		problems.Add(path.Key("range"), s.Network.Range, "no range beside existing, whose ranges it has already", "remove one of the two")
	}
	s.Network.Existing.validate(path.Key("existing"), cloud, problems)
	if cloud == "azure" {
		return ranges.Overlay(path, request, problems)
	}
	return ranges.Layout{}
}

func (n ExistingNetwork) validate(path spec.Path, cloud string, problems *spec.Problems) {
	problems.CheckUnique(path.Key("private"), n.Private)
	n.validateData(path.Key("data"), problems)
	switch {
	case cloud == "aws" && len(n.Private) < 2:
		problems.Add(path.Key("private"), len(n.Private), "at least two subnets in different zones, as EKS asks", "add one")
	case cloud != "aws" && len(n.Private) != 1:
		problems.Add(path.Key("private"), len(n.Private), "one subnet: it spans the zones on "+cloud, "keep one")
	}
	if (cloud == "gcp") != (n.PodRange != "") || (cloud == "gcp") != (n.ServiceRange != "") {
		problems.Add(path, nil, "podRange and serviceRange on gcp, and only there", "name both secondary ranges on gcp, remove them elsewhere")
	}
	if cloud != "aws" && len(n.Public) > 0 {
		problems.Add(path.Key("public"), len(n.Public), "public subnets only on aws", "remove them")
	}
}

// refuse adds what a table says no to.
func refuse(path spec.Path, err error, problems *spec.Problems) {
	var refusal *machines.Refusal
	if errors.As(err, &refusal) {
		problems.Add(path, refusal.Found, refusal.Allowed, refusal.Remedy)
	}
}
