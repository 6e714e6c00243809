package rabbitmq

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/plinth-iac/plinth/components/spec"
)

// validateHA reports what mode ha cannot do, and what only it can.
func (s Spec) validateHA(path spec.Path, problems *spec.Problems) {
	if s.Mode != spec.HA {
		s.refuseHA(path, problems)
		return
	}
	if s.Instances%2 == 0 || s.Instances < 3 {
		problems.Add(path.Key("instances"), s.Instances, "3, 5 or 7: with an even number no side of a split has more, and all stop",
			fmt.Sprintf("write %d", max(s.Instances+1, 3)))
	}
	problems.CheckUnique(path.Key("vhosts"), s.VHosts)
	if i := slices.Index(s.VHosts, virtualHost); i >= 0 {
		problems.Add(path.Key("vhosts").Index(i), virtualHost, "virtual hosts beside it: it is always there", "remove it")
	}
	if i := slices.Index(s.VHosts, ""); i >= 0 {
		problems.Add(path.Key("vhosts").Index(i), "", "the name of a virtual host", "name it, or remove it")
	}
	vhosts := append([]string{virtualHost}, s.VHosts...)
	for i, q := range s.Queues {
		if q.VHost != "" {
			problems.CheckReference(path.Key("queues").Index(i).Key("vhost"), q.VHost, "virtual host", vhosts)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Users)) {
		s.validateUser(path.Key("users").Key(name), name, vhosts, problems)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Policies)) {
		p, at := s.Policies[name], path.Key("policies").Key(name)
		if p.VHost != "" {
			problems.CheckReference(at.Key("vhost"), p.VHost, "virtual host", vhosts)
		}
		checkPattern(at.Key("pattern"), p.Pattern, problems)
		if len(p.Definition) == 0 {
			problems.Add(at.Key("definition"), nil, "at least one key, such as max-length: 1000", "add one, or remove the policy")
		}
		if slices.ContainsFunc(s.Queues, func(q Queue) bool { return name == q.Name || name == q.Name+DeadLetterSuffix }) {
			problems.Add(at, name, "a name that no queue has, since each has a policy of its name", "rename it")
		}
	}
}

// userTags are those that the broker gives a meaning to. https://www.rabbitmq.com/docs/management#permissions
var userTags = []string{"monitoring", "management", "policymaker", "administrator"}

func (s Spec) validateUser(path spec.Path, name string, vhosts []string, problems *spec.Problems) {
	problems.CheckName(path, name, 30)
	if name == username || name == adminUser {
		problems.Add(path, name, "a name that the platform does not use itself: not "+username+" or "+adminUser, "rename it")
	}
	for i, tag := range s.Users[name].Tags {
		problems.CheckReference(path.Key("tags").Index(i), tag, "tag", userTags)
	}
	for _, vhost := range slices.Sorted(maps.Keys(s.Users[name].Permissions)) {
		p, at := s.Users[name].Permissions[vhost], path.Key("permissions").Key(vhost)
		problems.CheckReference(at, vhost, "virtual host", vhosts)
		checkPattern(at.Key("configure"), p.Configure, problems)
		checkPattern(at.Key("write"), p.Write, problems)
		checkPattern(at.Key("read"), p.Read, problems)
	}
}

// checkPattern reports what is no regular expression. The broker's are PCRE, of which Go's are nearly a part.
func checkPattern(path spec.Path, pattern string, problems *spec.Problems) {
	if _, err := regexp.Compile(pattern); err != nil {
		problems.Add(path, pattern, "a regular expression, such as ^orders\\.", "correct it")
	}
}

func (s Spec) refuseHA(path spec.Path, problems *spec.Problems) {
	only := func(key string, found any, is bool) {
		if is {
			problems.Add(path.Key(key), found, key+" in mode ha only", "use mode: ha, or remove it")
		}
	}
	only("instances", s.Instances, s.Instances != 0)
	only("vhosts", nil, len(s.VHosts) > 0)
	only("users", nil, len(s.Users) > 0)
	only("policies", nil, len(s.Policies) > 0)
	for i, q := range s.Queues {
		if q.VHost != "" && q.VHost != virtualHost {
			problems.Add(path.Key("queues").Index(i).Key("vhost"), q.VHost, "other virtual hosts in mode ha only", "use mode: ha, or remove it")
		}
	}
	if s.TLS && s.Mode == spec.Single {
		problems.Add(path.Key("tls"), s.TLS, "TLS in mode ha and managed; in mode single the network policy alone decides who connects",
			"use mode: ha, or remove it")
	}
}
