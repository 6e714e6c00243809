package workload

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/plinth-iac/plinth/components/spec"
)

// Complete fills in what the stack file left out, with the defaults that the fields document. replicas is the environment's
// own fewest replicas of a service.
func (s Spec) Complete(replicas int) Spec {
	fill(&s.Kind, Service)
	fill(&s.Namespace, "apps")
	fill(&s.User, 65532)
	fill(&s.GracePeriod, 30)
	fill(&s.Priority, "normal")
	s.Resources.CPU.Request = s.Resources.CPU.requestOr("100m")
	s.Resources.Memory.Request = s.Resources.Memory.requestOr("128Mi")
	fill(&s.Resources.Memory.Limit, s.Resources.Memory.Request)
	s.Egress = slices.Clone(s.Egress)
	for i := range s.Egress {
		fill(&s.Egress[i].Port, 443)
	}
	if s.Kind == CronJob {
		fill(&s.TimeZone, "Etc/UTC")
	}
	if s.Kind != Service {
		fill(&s.Deadline, 3600)
		if s.Retries == nil {
			s.Retries = new(3)
		}
		return s
	}
	s.Replicas = s.Replicas.complete(replicas)
	s.Probes = s.completeProbes()
	if s.Metrics != nil {
		metrics := *s.Metrics
		fill(&metrics.Port, s.firstPort(IsHTTP))
		fill(&metrics.Path, "/metrics")
		fill(&metrics.Errors, 5)
		fill(&metrics.Latency, 1000)
		s.Metrics = &metrics
	}
	if s.Route != nil {
		route := *s.Route
		fill(&route.Path, "/")
		fill(&route.Port, s.firstPort(IsHTTP, IsGRPC))
		s.Route = &route
	}
	return s
}

// fill sets an absent field.
func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// requestOr is the request, or the default where none was given, but never above the limit.
func (a Amount) requestOr(fallback spec.Quantity) spec.Quantity {
	if a.Request != "" {
		return a.Request
	}
	if limit, err := a.Limit.Parse(); a.Limit != "" && err == nil && limit.Cmp(resource.MustParse(string(fallback))) < 0 {
		return a.Limit
	}
	return fallback
}

func (r Replicas) complete(least int) Replicas {
	if r.Min == nil {
		if r.Max != nil {
			least = min(least, *r.Max)
		}
		r.Min = &least
	}
	if r.Max != nil && r.CPU == 0 && r.Memory == 0 && r.Queue == nil {
		r.CPU = 80
	}
	if r.Queue != nil {
		queue := *r.Queue
		fill(&queue.Length, 10)
		r.Queue = &queue
	}
	return r
}

// completeProbes fills each probe. A program gets five minutes to start before its liveness is asked for.
func (s Spec) completeProbes() Probes {
	p := s.Probes
	if p.Startup == nil && p.Liveness != nil {
		startup := *p.Liveness
		startup.Period, startup.Failures = 10, 30
		p.Startup = &startup
	}
	p.Startup = s.completeProbe(p.Startup, 30)
	p.Liveness = s.completeProbe(p.Liveness, 3)
	p.Readiness = s.completeProbe(p.Readiness, 3)
	return p
}

func (s Spec) completeProbe(given *Probe, failures int) *Probe {
	if given == nil {
		return nil
	}
	p := *given
	fill(&p.Period, 10)
	fill(&p.Timeout, min(3, p.Period))
	fill(&p.Failures, failures)
	switch {
	case p.HTTP != "":
		fill(&p.Port, s.firstPort(IsHTTP))
	case p.GRPC != nil:
		fill(&p.Port, s.firstPort(IsGRPC))
	case p.TCP:
		fill(&p.Port, s.firstPort(func(string) bool { return true }))
	}
	return &p
}

// IsHTTP tells whether a port of that name speaks HTTP.
func IsHTTP(port string) bool {
	return strings.HasPrefix(port, "http") || strings.HasPrefix(port, "rest") || IsWebsocket(port)
}

// IsWebsocket tells whether a port of that name speaks HTTP for websockets.
func IsWebsocket(port string) bool { return strings.HasPrefix(port, "ws") }

// IsGRPC tells whether a port of that name speaks gRPC.
func IsGRPC(port string) bool { return strings.HasPrefix(port, "grpc") }

// firstPort is the first port, by name, of the first protocol that any port speaks; "" where there is none.
func (s Spec) firstPort(protocols ...func(string) bool) string {
	names := slices.Sorted(maps.Keys(s.Ports))
	for _, speaks := range protocols {
		if i := slices.IndexFunc(names, speaks); i >= 0 {
			return names[i]
		}
	}
	return ""
}
