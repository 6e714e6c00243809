package redis

import (
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/plinth-iac/plinth/components/spec"
)

// Complete fills in what the stack file left out, with the defaults that the fields document.
func (s Spec) Complete() Spec {
	if s.Mode == "" {
		s.Mode = spec.Single
	}
	if s.Mode == spec.HA && s.Instances == 0 {
		s.Instances = 3
	}
	if s.Mode != spec.Managed {
		s.Backup.Spec = s.Backup.Complete()
	}
	s.CPU, s.Memory = s.CPU.Or("100m"), s.Memory.Or("256Mi")
	if s.Storage == "" {
		s.Storage = "2Gi"
		if need := s.leastStorage(); need.Cmp(resource.MustParse("2Gi")) > 0 {
			s.Storage = spec.Quantity(need.String())
		}
	}
	if s.Eviction == "" {
		s.Eviction = "noeviction"
	}
	return s
}

// leastStorage is twice the memory: while Redis rewrites its append-only file, the old and the new one are both on the disk.
func (s Spec) leastStorage() resource.Quantity {
	need := s.Memory.Value()
	need.Add(need)
	return need
}

// Validate reports every mistake that can be seen in the spec alone. s is complete, and path is where it stands.
func (s Spec) Validate(path spec.Path, problems *spec.Problems) {
	problems.CheckAmount(path.Key("storage"), s.Storage, "1Mi")
	problems.CheckAmount(path.Key("cpu"), s.CPU, "10m")
	problems.CheckAmount(path.Key("memory"), s.Memory, "64Mi")
	if s.Mode != spec.Managed {
		s.Backup.Validate(path.Key("backup"), problems)
	}
	s.validateHA(path, problems)
	storage, need := s.Storage.Value(), s.leastStorage()
	if storage.Cmp(need) < 0 {
		problems.Add(path.Key("storage"), s.Storage, "at least twice the memory, "+need.String()+", for the snapshot and the append-only file",
			"raise the storage or lower the memory")
	}
}

func (s Spec) validateHA(path spec.Path, problems *spec.Problems) {
	if s.Mode == spec.HA {
		if s.Instances < 2 {
			problems.Add(path.Key("instances"), s.Instances, "at least 2 in mode ha, of which one takes over", "raise it, or use mode: single")
		}
		return
	}
	if s.Instances != 0 {
		problems.Add(path.Key("instances"), s.Instances, "instances in mode ha only", "use mode: ha, or remove it")
	}
	if s.TLS && s.Mode == spec.Single {
		problems.Add(path.Key("tls"), s.TLS, "TLS in mode ha and managed; in mode single the network policy alone decides who connects",
			"use mode: ha, or remove it")
	}
}
