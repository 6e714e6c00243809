package machines

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/plinth-iac/plinth/components/spec"
)

// Region is one region of a cloud.
type Region struct {
	// Name of the region, as the cloud names it.
	Name string
	// Zones as the cloud names them: eu-central-1's are euc1-az1 and so on (ids, the same in every account,
	// for availabilityZoneId), europe-west4's europe-west4-a, and Azure's 1, 2 and 3.
	Zones []string
	// GPUs are the models sold there, in order of the table.
	GPUs []string

	gpuZones map[string][]string
	lacks    []string
}

//go:embed regions.csv
var regionsCSV []byte

var regions = sync.OnceValue(func() map[string][]Region {
	all := map[string][]Region{}
	for _, row := range rows(regionsCSV, "regions.csv") {
		r := Region{Name: row[1], Zones: strings.Fields(row[2]), gpuZones: map[string][]string{}, lacks: strings.Fields(row[4])}
		for _, entry := range strings.Fields(row[3]) {
			model, places, some := strings.Cut(entry, "@")
			r.GPUs = append(r.GPUs, model)
			if !some {
				r.gpuZones[model] = r.Zones
				continue
			}
			for place := range strings.SplitSeq(places, "+") {
				r.gpuZones[model] = append(r.gpuZones[model], r.Zones[number(place)-1])
			}
		}
		all[row[0]] = append(all[row[0]], r)
	}
	return all
})

// FindRegion returns a region of aws, gcp or azure, or a *Refusal that names the nearest ones.
func FindRegion(cloud, name string) (Region, error) {
	known := regions()[cloud]
	if known == nil {
		return Region{}, &Refusal{
			Found:   fmt.Sprintf("cloud %q", cloud),
			Allowed: strings.Join(slices.Sorted(maps.Keys(regions())), ", "),
			Remedy:  "choose one of them",
		}
	}
	names := make([]string, len(known))
	for i, r := range known {
		if r.Name == name {
			return r, nil
		}
		names[i] = r.Name
	}
	remedy := "choose one of them"
	if other := cloudOf(name); other != "" {
		remedy = fmt.Sprintf("it is a region of %s, and %s has none in the same place: choose one of them", other, cloud)
	} else if nearest := spec.Nearest(name, names); nearest != "" {
		remedy = fmt.Sprintf("did you mean %s?", nearest)
	}
	return Region{}, &Refusal{Found: name, Allowed: strings.Join(names, ", "), Remedy: remedy}
}

// cloudOf returns the cloud that has the region, or nothing.
func cloudOf(region string) string {
	for cloud, all := range regions() {
		if slices.ContainsFunc(all, func(r Region) bool { return r.Name == region }) {
			return cloud
		}
	}
	return ""
}

// PickZones returns the first n zones of a region, or a *Refusal where it has fewer.
func PickZones(cloud, region string, n int) ([]string, error) {
	r, err := FindRegion(cloud, region)
	if err != nil {
		return nil, err
	}
	if n > len(r.Zones) {
		var enough []string
		for _, other := range regions()[cloud] {
			if len(other.Zones) >= n {
				enough = append(enough, other.Name)
			}
		}
		remedy := fmt.Sprintf("lower zones to %d", len(r.Zones))
		if len(enough) > 0 {
			remedy += ", or choose a region with enough: " + strings.Join(enough, ", ")
		}
		return nil, &Refusal{
			Found:   fmt.Sprintf("%d zones in %s", n, region),
			Allowed: fmt.Sprintf("at most %d, as %s has %s", len(r.Zones), region, strings.Join(r.Zones, ", ")),
			Remedy:  remedy,
		}
	}
	return r.Zones[:n], nil
}

// offered returns the machine with only the types that the region sells, and false where it sells none.
func (r Region) offered(m machine) (machine, bool) {
	m.types = slices.DeleteFunc(slices.Clone(m.types), func(t string) bool {
		return slices.ContainsFunc(r.lacks, func(beginning string) bool { return strings.HasPrefix(t, beginning) })
	})
	return m, len(m.types) > 0
}

// zonesOf returns the region's zones that sell the machine.
func (r Region) zonesOf(m machine) []string {
	if m.gpu == "" {
		return r.Zones
	}
	return r.gpuZones[m.gpu]
}
