package rabbitmq

import (
	"strings"

	"github.com/plinth-iac/plinth/components/spec"
)

// DeadLetterSuffix is what the name of a dead-letter queue has after the name of the queue that it serves.
const DeadLetterSuffix = ".dead"

// Complete fills in what the stack file left out, with the defaults that the fields document.
func (s Spec) Complete() Spec {
	if s.Mode == "" {
		s.Mode = spec.Single
	}
	if s.Mode == spec.HA && s.Instances == 0 {
		s.Instances = 3
	}
	s.Storage, s.CPU, s.Memory = s.Storage.Or("5Gi"), s.CPU.Or("250m"), s.Memory.Or("512Mi")
	return s
}

// Validate reports every mistake that can be seen in the spec alone. s is complete, and path is where it stands.
func (s Spec) Validate(path spec.Path, problems *spec.Problems) {
	problems.CheckAmount(path.Key("storage"), s.Storage, "1Gi")
	problems.CheckAmount(path.Key("cpu"), s.CPU, "10m")
	problems.CheckAmount(path.Key("memory"), s.Memory, "256Mi")

	s.validateHA(path, problems)
	declared := map[string]string{}
	for i, q := range s.Queues {
		at := path.Key("queues").Index(i).Key("name")
		if strings.HasPrefix(q.Name, "amq.") {
			problems.Add(at, q.Name, "a name that does not start with amq., which is the broker's own", "rename it")
		}
		names := []string{q.Name}
		if q.DeadLetter {
			names = append(names, q.Name+DeadLetterSuffix)
		}
		for _, name := range names {
			if owner, taken := declared[name]; taken {
				problems.Add(at, q.Name, "each queue once, dead-letter queues included", "rename it: "+name+" is declared by "+owner+" already")
			}
			declared[name] = q.Name
		}
	}
}
