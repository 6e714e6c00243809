package config

import (
	"maps"
	"slices"

	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/components/workload"
)

// validateLinks checks what workloads name: data services, queues, each other and secrets.
func (c *Config) validateLinks(problems *spec.Problems) {
	names := slices.Sorted(maps.Keys(c.Workloads))
	for _, name := range names {
		w, path := c.Workloads[name], workloadPath(name)
		for i, service := range w.Uses {
			if !slices.Contains(c.DataServices(), service) && service != "" {
				problems.Add(path.Key("uses").Index(i), service, "a data service of this stack", "add plinth:"+service+" to the file, or remove it here")
			}
		}
		c.validateCalls(name, names, problems)
		c.validateQueue(w, path, problems)
		c.validateSecretRefs(w.Secrets, path.Key("secrets"), problems)
		c.validateSecretRefs(w.SecretFiles, path.Key("secretFiles"), problems)
	}
}

func (c *Config) validateCalls(name string, names []string, problems *spec.Problems) {
	for i, callee := range c.Workloads[name].Calls {
		at := workloadPath(name).Key("calls").Index(i)
		switch {
		case callee == name:
			problems.Add(at, callee, "another workload", "remove it: a program may always call itself")
		case problems.CheckReference(at, callee, "workload", others(names, name)) && len(c.Workloads[callee].Ports) == 0:
			problems.Add(at, callee, "a workload that has ports", "give "+callee+" ports, or remove it here")
		}
	}
}

func others(names []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(other string) bool { return other == name })
}

func (c *Config) validateQueue(w workload.Spec, path spec.Path, problems *spec.Problems) {
	if w.Replicas.Queue == nil {
		return
	}
	var queues []string
	vhosts := map[string]string{}
	if c.RabbitMQ != nil {
		for _, q := range c.RabbitMQ.Queues {
			queues = append(queues, q.Name)
			vhosts[q.Name] = q.VHost
		}
	}
	at, name := path.Key("replicas").Key("queue").Key("name"), w.Replicas.Queue.Name
	switch {
	case !problems.CheckReference(at, name, "queue", queues):
	case vhosts[name] != "" && vhosts[name] != "/":
		problems.Add(at, name, `a queue in the virtual host "/", the one that workloads use`, "scale on another one, or move it there")
	case !slices.Contains(w.Uses, "rabbitmq"):
		problems.Add(path.Key("uses"), nil, "rabbitmq, where the workload is scaled on a queue", "add it")
	}
}

func (c *Config) validateSecretRefs(refs map[string]workload.SecretRef, path spec.Path, problems *spec.Problems) {
	for _, variable := range slices.Sorted(maps.Keys(refs)) {
		c.validateSecretRef(refs[variable], path.Key(variable), problems)
	}
}

func (c *Config) validateSecretRef(ref spec.SecretRef, at spec.Path, problems *spec.Problems) {
	if c.Secrets.Source == SourceCloud { // which secrets there are is known there alone
		problems.CheckName(at.Key("name"), ref.Name, 63)
		return
	}
	if problems.CheckReference(at.Key("name"), ref.Name, "secret", slices.Sorted(maps.Keys(c.Secrets.Values))) {
		problems.CheckReference(at.Key("key"), ref.Key, "key", slices.Sorted(maps.Keys(c.Secrets.Values[ref.Name])))
	}
}
