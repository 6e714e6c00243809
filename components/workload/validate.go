package workload

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	urlpath "path"
	"regexp"
	"slices"
	"strings"
	"time"

	// The schedule's time zones are checked against this copy, so that a machine without zone data gives the same answer.
	_ "time/tzdata"

	"github.com/distribution/reference"
	"github.com/robfig/cron/v3"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/plinth-iac/plinth/components/spec"
)

// Validate reports every mistake that can be seen in the workload alone. s is complete, and path is where it stands.
func (s Spec) Validate(path spec.Path, problems *spec.Problems) {
	s.validateNamespace(path.Key("namespace"), problems)
	s.validateImage(path.Key("image"), problems)
	s.validatePorts(path.Key("ports"), problems)
	s.validateResources(path, problems)
	s.validateEnv(path, problems)
	s.validateMounts(path, problems)
	s.validateNetwork(path, problems)
	switch s.Kind {
	case Service:
		s.validateService(path, problems)
	case Job, CronJob:
		s.validateJob(path, problems)
	}
}

func (s Spec) validateNamespace(path spec.Path, problems *spec.Problems) {
	problems.CheckName(path, s.Namespace, 63)
	if s.Namespace == "data" || s.Namespace == "default" || strings.HasPrefix(s.Namespace, "kube-") {
		problems.Add(path, s.Namespace, "a namespace of the team's own: data is the data services', default and kube-* are Kubernetes' own",
			"choose another name, or leave it out for apps")
	}
}

func (s Spec) validateImage(path spec.Path, problems *spec.Problems) {
	if _, err := reference.ParseNormalizedNamed(s.Image); err != nil {
		problems.Add(path, s.Image, "registry/repository:tag or registry/repository@sha256:digest, in lower case",
			"write it as docker pull would take it")
	}
}

// ImageIsPinned tells whether the image has a digest, or a tag that is not latest. A malformed image counts as pinned, since it
// is reported as malformed.
func (s Spec) ImageIsPinned() bool {
	named, err := reference.ParseNormalizedNamed(s.Image)
	if err != nil {
		return true
	}
	if _, ok := named.(reference.Digested); ok {
		return true
	}
	tagged, ok := named.(reference.Tagged)
	return ok && tagged.Tag() != "latest"
}

func (s Spec) validatePorts(path spec.Path, problems *spec.Problems) {
	names := map[int]string{}
	for _, name := range slices.Sorted(maps.Keys(s.Ports)) {
		number := s.Ports[name]
		if len(validation.IsValidPortName(name)) > 0 {
			problems.Add(path.Key(name), name, "a port name of 1 to 15 lower-case letters, digits and inner single dashes, with at least one letter",
				"rename it")
		}
		if other, taken := names[number]; taken {
			problems.Add(path.Key(name), number, "a port that no other name has", fmt.Sprintf("remove it, or change it: %s is %d already", other, number))
		}
		names[number] = name
	}
}

func (s Spec) validateResources(path spec.Path, problems *spec.Problems) {
	at := path.Key("resources")
	s.Resources.CPU.validate(at.Key("cpu"), "1m", problems)
	checkCores(at.Key("cpu").Key("request"), s.Resources.CPU.Request, problems)
	checkCores(at.Key("cpu").Key("limit"), s.Resources.CPU.Limit, problems)
	s.Resources.Memory.validate(at.Key("memory"), "4Mi", problems)
	for _, dir := range slices.Sorted(maps.Keys(s.Writable)) {
		problems.CheckAmount(path.Key("writable").Key(dir), s.Writable[dir], "1Mi")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Volumes)) {
		at := path.Key("volumes").Key(name)
		problems.CheckAmount(at.Key("size"), s.Volumes[name].Size, "1Mi")
		if class := s.Volumes[name].Class; class != "" && len(validation.IsDNS1123Subdomain(class)) > 0 {
			problems.Add(at.Key("class"), class, "the name of a StorageClass, in lower-case letters, digits, dashes and dots", "look it up with kubectl get storageclass")
		}
	}
}

// checkCores reports cores finer than Kubernetes keeps: it would round them up, which shows as a difference for ever.
func checkCores(path spec.Path, cores spec.Quantity, problems *spec.Problems) {
	if v := cores.Value(); v.Cmp(*resource.NewMilliQuantity(v.MilliValue(), resource.DecimalSI)) != 0 {
		problems.Add(path, cores, "whole thousandths of a core, such as 0.002 or 2m", "round it")
	}
}

func (a Amount) validate(path spec.Path, least string, problems *spec.Problems) {
	problems.CheckAmount(path.Key("request"), a.Request, least)
	if a.Limit != a.Request {
		problems.CheckAmount(path.Key("limit"), a.Limit, least)
	}
	request, limit := a.Request.Value(), a.Limit.Value()
	if !limit.IsZero() && request.Cmp(limit) > 0 {
		problems.Add(path.Key("request"), a.Request, fmt.Sprintf("at most the limit, %s", a.Limit), "lower the request or raise the limit")
	}
}

// secretWords in a variable's name make its plain value suspicious.
var secretWords = []string{"PASSWORD", "PASSWD", "SECRET", "TOKEN", "APIKEY", "API_KEY", "PRIVATE_KEY", "CREDENTIAL"}

// connectionVariables are what a used data service may inject, after its name and an underscore.
var connectionVariables = []string{
	"HOST", "PORT", "USERNAME", "PASSWORD", "DATABASE", "READONLY_HOST", "SENTINEL_HOST", "SENTINEL_PORT",
	"SENTINEL_MASTER", "CA", "URI",
}

func (s Spec) validateEnv(path spec.Path, problems *spec.Problems) {
	injected := map[string]string{}
	for _, service := range s.Uses {
		for _, key := range connectionVariables {
			injected[strings.ToUpper(service)+"_"+key] = service
		}
	}
	check := func(at spec.Path, name string) {
		// Plain ones are keys of a ConfigMap, too.
		if len(validation.IsEnvVarName(name)) > 0 || len(validation.IsConfigMapKey(name)) > 0 {
			problems.Add(at, name, "at most 253 letters, digits, underscores, dashes and dots, not starting with a digit", "rename it")
		}
		if service, taken := injected[name]; taken {
			problems.Add(at, name, "a name that uses does not inject", fmt.Sprintf("remove it: %s comes from uses: [%s]", name, service))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		at := path.Key("env").Key(name)
		check(at, name)
		if _, both := s.Secrets[name]; both {
			problems.Add(at, name, "a variable once: under env or under secrets", "remove one of the two")
		}
		if s.Env[name] != "" && slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(strings.ToUpper(name), word) }) {
			problems.Warn(at, nil, "plain values, that anyone who reads the file may see",
				"if it is a secret, put it under plinth:secrets and name it under the workload's secrets")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Secrets)) {
		check(path.Key("secrets").Key(name), name)
	}
}

func (s Spec) validateNetwork(path spec.Path, problems *spec.Problems) {
	problems.CheckUnique(path.Key("uses"), s.Uses)
	problems.CheckUnique(path.Key("calls"), s.Calls)
	for i, e := range s.Egress {
		problems.CheckCIDR(path.Key("egress").Index(i).Key("cidr"), e.CIDR)
		if slices.Index(s.Egress, e) < i {
			problems.Add(path.Key("egress").Index(i), e.CIDR, "each destination once", "remove the second one")
		}
	}
}

func (s Spec) validateService(path spec.Path, problems *spec.Problems) {
	s.validateReplicas(path.Key("replicas"), problems)
	s.validateProbes(path.Key("probes"), problems)
	s.validateMetrics(path.Key("metrics"), problems)
	s.validateRoute(path.Key("route"), problems)
	if s.Schedule != "" {
		problems.Add(path.Key("schedule"), s.Schedule, "a schedule only where kind is cronjob", "add kind: cronjob, or remove the schedule")
	}
	if s.TimeZone != "" {
		problems.Add(path.Key("timeZone"), s.TimeZone, "a time zone only where kind is cronjob", "remove it")
	}
	if s.Deadline != 0 {
		problems.Add(path.Key("deadline"), s.Deadline, "a deadline only where kind is job or cronjob", "remove it")
	}
	if s.Retries != nil {
		problems.Add(path.Key("retries"), *s.Retries, "retries only where kind is job or cronjob", "remove it")
	}
}

func (s Spec) validateReplicas(path spec.Path, problems *spec.Problems) {
	r := s.Replicas
	if r.Max == nil {
		for _, target := range []struct {
			name string
			set  bool
		}{{"cpu", r.CPU != 0}, {"memory", r.Memory != 0}, {"queue", r.Queue != nil}} {
			if target.set {
				problems.Add(path.Key(target.name), nil, "something to scale on only where max says how far", "add replicas.max, or remove it")
			}
		}
	} else if *r.Max < *r.Min {
		problems.Add(path.Key("max"), *r.Max, fmt.Sprintf("at least min, %d", *r.Min), "raise max or lower min")
	}
	if *r.Min == 0 && r.Max != nil && r.Queue == nil && r.Schedule == nil {
		problems.Add(path.Key("min"), 0, "0 only where a queue or a schedule says when to start again", "use min: 1, or scale on a queue or a schedule")
	}
	r.validateSchedule(path.Key("schedule"), problems)
}

func (r Replicas) validateSchedule(path spec.Path, problems *spec.Problems) {
	s := r.Schedule
	if s == nil {
		return
	}
	validateTimeZone(path.Key("timeZone"), s.TimeZone, problems)
	validateCron(path.Key("start"), s.Start, fiveFields, problems)
	validateCron(path.Key("end"), s.End, fiveFields, problems)
	if s.Start == s.End {
		problems.Add(path.Key("end"), s.End, "another time than start", "say when it is over")
	}
	if s.Replicas <= *r.Min {
		problems.Add(path.Key("replicas"), s.Replicas, fmt.Sprintf("more than min, %d, which run at any time", *r.Min), "raise it, or lower min")
	}
	if r.Max != nil && s.Replicas > *r.Max {
		problems.Add(path.Key("replicas"), s.Replicas, fmt.Sprintf("at most max, %d", *r.Max), "lower it, or raise max")
	}
}

const fiveFields = cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow

// validateCron checks a time in cron notation; a time zone has a field of its own.
func validateCron(path spec.Path, when string, notation cron.ParseOption, problems *spec.Problems) {
	if spec.IsCron(when, notation) {
		return
	}
	var found any
	if when != "" {
		found = when
	}
	problems.Add(path, found, "five fields: minute, hour, day of month, month, day of week, such as 0 3 * * *",
		"write when it runs; the time zone goes under timeZone")
}

func validateTimeZone(path spec.Path, zone string, problems *spec.Problems) {
	if _, err := time.LoadLocation(zone); err == nil && zone != "" && zone != "Local" {
		return
	}
	var found any
	if zone != "" {
		found = zone
	}
	problems.Add(path, found, "an IANA time zone, such as Europe/Berlin", "look it up in the IANA time zone database")
}

func (s Spec) validateProbes(path spec.Path, problems *spec.Problems) {
	s.validateProbe(path.Key("liveness"), s.Probes.Liveness, problems)
	s.validateProbe(path.Key("readiness"), s.Probes.Readiness, problems)
	if s.Probes.Startup != nil && (s.Probes.Liveness == nil || !s.Probes.Startup.asksTheSame(s.Probes.Liveness)) {
		s.validateProbe(path.Key("startup"), s.Probes.Startup, problems)
	}
}

// asksTheSame tells whether two probes put the same question, however often.
func (p *Probe) asksTheSame(other *Probe) bool {
	return p.HTTP == other.HTTP && p.GRPC == other.GRPC && p.TCP == other.TCP && slices.Equal(p.Exec, other.Exec) &&
		p.Port == other.Port && p.Timeout == other.Timeout
}

func (s Spec) validateProbe(path spec.Path, p *Probe, problems *spec.Problems) {
	if p == nil {
		return
	}
	asked := 0
	for _, set := range []bool{p.HTTP != "", p.GRPC != nil, p.TCP, len(p.Exec) > 0} {
		if set {
			asked++
		}
	}
	if asked != 1 {
		problems.Add(path, fmt.Sprintf("%d of them", asked), "exactly one of http, grpc, tcp and exec", "say how to ask the program")
		return
	}
	if p.Timeout > p.Period {
		problems.Add(path.Key("timeout"), p.Timeout, fmt.Sprintf("at most the period, %d", p.Period), "lower the timeout or raise the period")
	}
	switch {
	case len(p.Exec) > 0:
		if p.Port != "" {
			problems.Add(path.Key("port"), p.Port, "no port: exec runs inside the container", "remove it")
		}
	case p.Port == "":
		problems.Add(path, nil, "a probe of a protocol that one of the workload's ports speaks, by its name: http*, rest*, ws* or grpc*",
			"name the port, or add a port of that protocol")
	default:
		problems.CheckReference(path.Key("port"), p.Port, "port", slices.Sorted(maps.Keys(s.Ports)))
	}
}

func (s Spec) validateMetrics(path spec.Path, problems *spec.Problems) {
	switch {
	case s.Metrics == nil:
	case s.Metrics.Port == "":
		problems.Add(path, nil, "metrics only where a port speaks HTTP", "add a port whose name starts with http, rest or ws, or name metrics.port")
	default:
		problems.CheckReference(path.Key("port"), s.Metrics.Port, "port", slices.Sorted(maps.Keys(s.Ports)))
	}
}

func (s Spec) validateRoute(path spec.Path, problems *spec.Problems) {
	if s.Route == nil {
		return
	}
	if !isHostName(s.Route.Host) {
		problems.Add(path.Key("host"), s.Route.Host, "a host name such as api, or api.example.com, with at most 63 characters between two dots",
			"write it in lower case, without a scheme or a path")
	}
	if !isRoutePath(s.Route.Path) {
		problems.Add(path.Key("path"), s.Route.Path, "a path of letters, digits and URL punctuation, without //, . or .. as a part, or an encoded slash",
			"write it as it stands in a URL, such as /api/v1")
	}
	if s.Route.Port == "" {
		problems.Add(path, nil, "a route only where a port speaks HTTP or gRPC", "add a port whose name starts with http, rest, ws or grpc, or name route.port")
	} else {
		problems.CheckReference(path.Key("port"), s.Route.Port, "port", slices.Sorted(maps.Keys(s.Ports)))
	}
	if strings.HasPrefix(s.Route.RateLimit, "0") {
		problems.Add(path.Key("rateLimit"), s.Route.RateLimit, "a rate above zero, such as 100/s", "raise it, or remove it for no limit")
	}
	problems.CheckAmount(path.Key("maxBody"), s.Route.MaxBody, "1Ki")
}

// isHostName tells whether DNS takes a name, and a certificate could be had for it.
func isHostName(name string) bool {
	_, notAddress := netip.ParseAddr(name)
	return notAddress != nil && len(validation.IsDNS1123Subdomain(name)) == 0 &&
		!slices.ContainsFunc(strings.Split(name, "."), func(label string) bool { return len(label) > validation.DNS1123LabelMaxLength })
}

var routePath = regexp.MustCompile("^/([-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})*$")

// isRoutePath tells whether the Gateway API takes a path prefix, by the rules of its definitions of routes.
// https://gateway-api.sigs.k8s.io/reference/api-types/httproute
func isRoutePath(prefix string) bool {
	return len(prefix) <= 1024 && routePath.MatchString(prefix) && !strings.Contains(strings.ToLower(prefix), "%2f") &&
		(prefix == "/" || strings.TrimSuffix(prefix, "/") == urlpath.Clean(prefix))
}

func (s Spec) validateJob(path spec.Path, problems *spec.Problems) {
	only := fmt.Sprintf("only where kind is service, not %s", s.Kind)
	for _, field := range []struct {
		name string
		set  bool
	}{
		{"ports", len(s.Ports) > 0},
		{"replicas", s.Replicas != Replicas{}},
		{"probes", s.Probes != Probes{}},
		{"metrics", s.Metrics != nil},
		{"route", s.Route != nil},
	} {
		if field.set {
			problems.Add(path.Key(field.name), nil, field.name+" "+only, "remove it")
		}
	}
	if s.Kind == Job {
		if s.Schedule != "" {
			problems.Add(path.Key("schedule"), s.Schedule, "a schedule only where kind is cronjob", "use kind: cronjob, or remove the schedule")
		}
		return
	}
	validateCron(path.Key("schedule"), s.Schedule, fiveFields|cron.Descriptor, problems)
	validateTimeZone(path.Key("timeZone"), s.TimeZone, problems)
}

// mount is one path of the container's file system that the stack file lays something over.
type mount struct {
	path string
	at   spec.Path
	file bool
}

// systemPaths belong to the container runtime: nothing may be mounted at or below the directories that end in a slash.
var systemPaths = []string{"/", "/etc", "/bin", "/sbin", "/lib", "/lib64", "/usr", "/proc/", "/sys/", "/dev/", "/var/run/secrets/"}

func (s Spec) validateMounts(path spec.Path, problems *spec.Problems) {
	var mounts []mount
	for file := range s.Files {
		mounts = append(mounts, mount{file, path.Key("files").Key(file), true})
	}
	for file := range s.SecretFiles {
		mounts = append(mounts, mount{file, path.Key("secretFiles").Key(file), true})
	}
	for dir := range s.Writable {
		mounts = append(mounts, mount{dir, path.Key("writable").Key(dir), false})
	}
	for _, name := range slices.Sorted(maps.Keys(s.Volumes)) {
		problems.CheckName(path.Key("volumes").Key(name), name, 40)
		if strings.HasPrefix(name, ownVolumes) {
			problems.Add(path.Key("volumes").Key(name), name, "a name that does not start with "+ownVolumes+", as those of the pod's own volumes do", "rename it")
		}
		mounts = append(mounts, mount{s.Volumes[name].Mount, path.Key("volumes").Key(name).Key("mount"), false})
	}
	slices.SortFunc(mounts, func(a, b mount) int { return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.at, b.at)) })
	for i, m := range mounts {
		m.validate(problems)
		for _, earlier := range mounts[:i] {
			// Files may be laid into a directory; nothing may be below a file.
			if earlier.path == m.path || strings.HasPrefix(m.path, earlier.path+"/") && (earlier.file || !m.file) {
				problems.Add(m.at, m.path, "a path that nothing else is mounted at or above", fmt.Sprintf("move it: plinth:%s is mounted at %s", earlier.at, earlier.path))
				break
			}
		}
	}
}

func (m mount) validate(problems *spec.Problems) {
	clean := strings.HasPrefix(m.path, "/") && !strings.Contains(m.path, "//") && !strings.Contains(m.path+"/", "/../") &&
		!strings.Contains(m.path+"/", "/./") && !strings.Contains(m.path, ":") && (m.path == "/" || !strings.HasSuffix(m.path, "/"))
	if !clean {
		problems.Add(m.at, m.path, "an absolute path without . or .., colons or a slash at the end", "write the whole path from /")
		return
	}
	if m.file && m.path == "/tmp" {
		problems.Add(m.at, m.path, "another path than /tmp, which is a directory that the program may write to", "move it")
		return
	}
	for _, system := range systemPaths {
		if m.path == strings.TrimSuffix(system, "/") || m.path == system || strings.HasSuffix(system, "/") && system != "/" && strings.HasPrefix(m.path, system) {
			problems.Add(m.at, m.path, "a path outside the system's own directories", "choose a directory of the program's own, such as /data")
			return
		}
	}
}
