package tracing

import "github.com/plinth-iac/plinth/components/spec"

// Spec is what a stack file says of traces.
type Spec struct {
	// Enabled takes the traces of the workloads that have tracing: true. Default false.
	Enabled *bool `json:"enabled,omitempty"`
	// Install is false where an OpenTelemetry collector is in the cluster already, as the Service opentelemetry-collector in the
	// namespace tracing. Default true.
	Install *bool `json:"install,omitempty"`
	// Retention is for how many days a trace is kept. Default from the environment: dev 1, stage 3, prod 7.
	Retention int `json:"retention,omitempty" jsonschema:"minimum=1,maximum=365"`
	// Storage is the size of the disk that traces are kept on. It may grow, never shrink. Default from the environment: dev 2Gi, stage
	// 10Gi, prod 50Gi.
	Storage spec.Quantity `json:"storage,omitempty"`
	// Sample is the share of the traces that are kept, in percent. Default from the environment: 100 in dev and stage, 10 in prod.
	Sample float64 `json:"sample,omitempty" jsonschema:"minimum=0.01,maximum=100"`
}

// Complete fills in what the stack file left out; retention, in days, storage, and sample, in percent, are the environment's own.
func (s Spec) Complete(retention int, storage spec.Quantity, sample float64) Spec {
	if s.Enabled == nil {
		s.Enabled = new(false)
	}
	if s.Install == nil {
		s.Install = new(true)
	}
	if s.Retention == 0 {
		s.Retention = retention
	}
	if s.Storage == "" {
		s.Storage = storage
	}
	if s.Sample == 0 {
		s.Sample = sample
	}
	return s
}

// Validate reports what a schema cannot say.
func (s Spec) Validate(path spec.Path, problems *spec.Problems) {
	problems.CheckAmount(path.Key("storage"), s.Storage, "1Gi")
}
