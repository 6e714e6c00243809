package cluster

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/plinth-iac/plinth/components/spec"
)

// The minor versions of Kubernetes 1 that Plinth is for: those that at least one cloud sells in late 2026 and that the embedded
// one of the laptop (1.36) still talks to.
const (
	oldestVersion = 33
	newestVersion = 36
)

// poolName is what every cloud takes as the name of a node pool; AKS, the strictest, allows no dashes and 12 characters.
var poolName = regexp.MustCompile(`^[a-z][a-z0-9]{0,11}$`)

// Complete fills in what the stack file and the preset left out, with the defaults that the fields document.
func (s Spec) Complete() Spec {
	pools := make(map[string]Pool, len(s.Pools))
	for name, p := range s.Pools {
		pools[name] = p.complete()
	}
	s.Pools = pools
	return s
}

func (p Pool) complete() Pool {
	if p.CPU == 0 {
		p.CPU = 4
	}
	p.Memory = p.Memory.Or("16Gi")
	p.Disk = p.Disk.Or("100Gi")
	if p.GPU != nil && p.GPU.Count == 0 {
		p.GPU = &GPU{Model: p.GPU.Model, Count: 1}
	}
	if p.Nodes.Min == nil {
		p.Nodes.Min = new(1)
	}
	p.Taints = slices.Clone(p.Taints)
	for i := range p.Taints {
		if p.Taints[i].Effect == "" {
			p.Taints[i].Effect = "NoSchedule"
		}
	}
	return p
}

// Most is the most nodes the pool can have. p is complete.
func (p Pool) Most() int {
	if p.Nodes.Max != nil {
		return *p.Nodes.Max
	}
	return *p.Nodes.Min
}

// Validate reports every mistake that can be seen in the spec alone. s is complete, and path is where it stands.
func (s Spec) Validate(path spec.Path, problems *spec.Problems) {
	s.validateVersion(path.Key("version"), problems)
	allow := path.Key("api").Key("allow")
	problems.CheckUnique(allow, s.API.Allow)
	for i, cidr := range s.API.Allow {
		if cidr == "0.0.0.0/0" || cidr == "::/0" {
			problems.Add(allow.Index(i), cidr, "the ranges that need the API server, not the whole internet", "name your office's or VPN's range")
			continue
		}
		problems.CheckCIDR(allow.Index(i), cidr)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Pools)) {
		s.Pools[name].validate(path.Key("pools").Key(name), name, problems)
	}
	s.validateSystem(path.Key("pools").Key("system"), problems)
}

func (s Spec) validateVersion(path spec.Path, problems *spec.Problems) {
	minor, err := strconv.Atoi(strings.TrimPrefix(s.Version, "1."))
	if s.Version != "" && (err != nil || minor < oldestVersion || minor > newestVersion) {
		problems.Add(path, s.Version, fmt.Sprintf("1.%d to 1.%d", oldestVersion, newestVersion), "choose a version in that range")
	}
}

func (s Spec) validateSystem(path spec.Path, problems *spec.Problems) {
	system, ok := s.Pools["system"]
	switch {
	case !ok:
		problems.Add(path, nil, "a pool named system: the platform's own programs run there", "add it, or rename the pool that is meant for them")
		return
	case system.GPU != nil:
		problems.Add(path.Key("gpu"), system.GPU.Model, "no GPU: its taint keeps the platform's own programs off", "give the GPU a pool of its own")
	case system.Spot:
		problems.Add(path.Key("spot"), true, "false: the platform's own programs must not be taken away", "make another pool the spot pool")
	}
	if *system.Nodes.Min < 1 {
		problems.Add(path.Key("nodes").Key("min"), *system.Nodes.Min, "at least 1: the platform's own programs always run", "raise it")
	}
	for i, taint := range system.Taints {
		if taint.Effect != "PreferNoSchedule" {
			problems.Add(path.Key("taints").Index(i), taint.Key, "no taint that keeps pods off: the platform's own programs run there", "put it on another pool")
		}
	}
}

func (p Pool) validate(path spec.Path, name string, problems *spec.Problems) {
	if !poolName.MatchString(name) {
		problems.Add(path, name, "1 to 12 lower-case letters and digits, starting with a letter, as every cloud takes it", "rename it")
	}
	problems.CheckAmount(path.Key("memory"), p.Memory, "1Gi")
	problems.CheckAmount(path.Key("disk"), p.Disk, "20Gi")
	for _, cloud := range slices.Sorted(maps.Keys(p.MachineTypes)) {
		if !slices.Contains([]string{"aws", "gcp", "azure"}, cloud) {
			problems.Add(path.Key("machineTypes").Key(cloud), cloud, "aws, gcp or azure", "name the cloud that way")
		}
	}
	if p.Nodes.Max != nil && *p.Nodes.Max < *p.Nodes.Min {
		problems.Add(path.Key("nodes").Key("max"), *p.Nodes.Max, fmt.Sprintf("at least min, %d", *p.Nodes.Min), "raise max or lower min")
	}
	if p.Most() < 1 {
		problems.Add(path.Key("nodes").Key("min"), *p.Nodes.Min, "at least 1, or a max above it", "raise it, add max, or remove the pool")
	}
	for _, key := range slices.Sorted(maps.Keys(p.Labels)) {
		at := path.Key("labels").Key(key)
		checkKey(at, key, problems)
		if len(validation.IsValidLabelValue(p.Labels[key])) > 0 {
			problems.Add(at, p.Labels[key], "a label value: at most 63 letters, digits and inner dashes, underscores and dots", "shorten or rename it")
		}
	}
	seen := map[string]bool{}
	for i, t := range p.Taints {
		at := path.Key("taints").Index(i)
		checkKey(at.Key("key"), t.Key, problems)
		if len(validation.IsValidLabelValue(t.Value)) > 0 {
			problems.Add(at.Key("value"), t.Value, "a label value: at most 63 letters, digits and inner dashes, underscores and dots", "shorten or rename it")
		}
		if id := t.Key + ":" + t.Effect; seen[id] {
			problems.Add(at, id, "each key and effect once", "remove the second one")
		} else {
			seen[id] = true
		}
	}
}

// reservedPrefixes are those of labels and taints that Kubernetes, the clouds and Plinth set themselves.
var reservedPrefixes = []string{"kubernetes.io", "k8s.io", "plinth.dev", "nvidia.com", "eks.amazonaws.com", "cloud.google.com", "kubernetes.azure.com"}

func checkKey(path spec.Path, key string, problems *spec.Problems) {
	if len(validation.IsQualifiedName(key)) > 0 {
		problems.Add(path, key, "a key such as team or example.com/team", "rename it")
		return
	}
	prefix, _, _ := strings.Cut(key, "/")
	for _, reserved := range reservedPrefixes {
		if strings.Contains(key, "/") && (prefix == reserved || strings.HasSuffix(prefix, "."+reserved)) {
			problems.Add(path, key, "a key outside "+strings.Join(reservedPrefixes, ", "), "use a prefix of your own")
			return
		}
	}
}
