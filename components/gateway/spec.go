package gateway

import (
	"github.com/plinth-iac/plinth/components/spec"
)

// Spec is what a stack file says of the gateway.
type Spec struct {
	// Enabled publishes the workloads that have a route. Default true in stage and prod.
	Enabled *bool `json:"enabled,omitempty"`
	// Install is false where Envoy Gateway is in the cluster already, in the namespace envoy-gateway-system. Default true.
	Install *bool `json:"install,omitempty"`
	// Replicas of the proxies: the fewest; with more than one they grow to three times as many under load. Default from the
	// environment: dev 1, stage 2, prod 3.
	Replicas int `json:"replicas,omitempty" jsonschema:"minimum=1,maximum=100"`
	// Timeout in seconds until a response must be complete, for routes that say nothing else. Not for gRPC and websockets, which
	// stream. Default 60.
	Timeout int `json:"timeout,omitempty" jsonschema:"minimum=1,maximum=3600,default=60"`
	// MaxBody is the size of a request at which it is refused, for routes that say nothing else. Not for gRPC and websockets.
	// A proxy holds requests in memory until they are whole. Default 10Mi.
	MaxBody spec.Quantity `json:"maxBody,omitempty" jsonschema:"default=10Mi"`
	// HSTS is for how many days browsers insist on HTTPS once they have been there; 0 is not at all. Default 365 in prod, and 0
	// elsewhere.
	HSTS *int `json:"hsts,omitempty" jsonschema:"minimum=0,maximum=730"`
}

// Complete fills in what the stack file left out; replicas and hsts are the environment's own.
func (s Spec) Complete(replicas, hsts int) Spec {
	if s.Enabled == nil {
		s.Enabled = new(false)
	}
	if s.Install == nil {
		s.Install = new(true)
	}
	if s.Replicas == 0 {
		s.Replicas = replicas
	}
	if s.Timeout == 0 {
		s.Timeout = 60
	}
	if s.MaxBody == "" {
		s.MaxBody = "10Mi"
	}
	if s.HSTS == nil {
		s.HSTS = &hsts
	}
	return s
}

// Validate reports what a schema cannot say.
func (s Spec) Validate(path spec.Path, problems *spec.Problems) {
	problems.CheckAmount(path.Key("maxBody"), s.MaxBody, "1Ki")
}
