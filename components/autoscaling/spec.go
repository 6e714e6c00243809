package autoscaling

import "github.com/plinth-iac/plinth/components/spec"

// Spec is what a stack file says of scaling.
type Spec struct {
	// Enabled has KEDA scale the workloads that have replicas.queue or replicas.schedule. Default false.
	Enabled *bool `json:"enabled,omitempty"`
	// Install is false where KEDA is in the cluster already, in the namespace keda, and the Vertical Pod Autoscaler if
	// recommendations are asked for. Default true.
	Install *bool `json:"install,omitempty"`
	// Recommendations has the Vertical Pod Autoscaler say what each service should ask for: kubectl describe vpa. It changes nothing
	// by itself. Default false.
	Recommendations bool `json:"recommendations,omitempty"`
	// MetricsServer installs metrics-server, without which nothing scales on cpu or memory. Only for cloud existing, whose kubelets
	// must have certificates of the cluster's authority; the clouds' clusters have it. Default false.
	MetricsServer bool `json:"metricsServer,omitempty"`
}

// Complete fills in what the stack file left out.
func (s Spec) Complete() Spec {
	if s.Enabled == nil {
		s.Enabled = new(false)
	}
	if s.Install == nil {
		s.Install = new(true)
	}
	return s
}

// Validate reports what a schema cannot say. existing tells that the cluster is none that the platform made.
func (s Spec) Validate(path spec.Path, existing bool, problems *spec.Problems) {
	if s.MetricsServer && !existing {
		problems.Add(path.Key("metricsServer"), true, "metrics-server only where cloud is existing", "remove it: the cloud's cluster has it already")
	}
}
