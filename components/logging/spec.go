package logging

import (
	"encoding/json"

	"github.com/invopop/jsonschema"

	"github.com/plinth-iac/plinth/components/spec"
)

// Store is what keeps the logs.
type Store string

const (
	// Loki keeps them compressed, in the cloud's object storage or on a volume, with an index of their labels only. Alloy collects.
	Loki Store = "loki"
	// Elastic is Elasticsearch, which indexes every word, with Kibana, both run by the operator ECK. Filebeat collects.
	Elastic Store = "elastic"
)

// Spec is what a stack file says of logs. In place of it a stack file may name the store alone, which turns logging on.
type Spec struct {
	// Enabled has the logs of all pods collected from every node. Default false; naming the store alone turns it on.
	Enabled *bool `json:"enabled,omitempty"`
	// Store that keeps them: loki, or elastic for Elasticsearch with Kibana. Default loki.
	Store Store `json:"store,omitempty" jsonschema:"enum=loki,enum=elastic,default=loki"`
	// Install is false where the charts are in the cluster already: Loki and Alloy in the namespaces logging and logging-agents, or
	// the operator ECK. Default true.
	Install *bool `json:"install,omitempty"`
	// Retention is for how many days a log is kept. Default from the environment: dev 3, stage 14, prod 30.
	Retention int `json:"retention,omitempty" jsonschema:"minimum=1,maximum=3650"`
	// Storage is the size of the disk that they are kept on; with elastic, of each node's. It can be raised while in use. Without effect
	// with loki on aws, gcp and azure, whose object storage grows by itself. Default from the environment: dev 10Gi, stage 50Gi, prod
	// 100Gi.
	Storage spec.Quantity `json:"storage,omitempty"`
}

// UnmarshalJSON accepts the long form, or the store alone. It fails at all else.
func (s *Spec) UnmarshalJSON(b []byte) error {
	if !spec.IsObject(b) {
		s.Enabled = new(true)
		return json.Unmarshal(b, &s.Store)
	}
	type long Spec
	return json.Unmarshal(b, (*long)(s))
}

// JSONSchemaExtend adds the short form.
func (Spec) JSONSchemaExtend(s *jsonschema.Schema) {
	spec.AddShortForm(s, &jsonschema.Schema{Type: "string", Enum: []any{Loki, Elastic}, Description: "The store that keeps the logs."})
}

// Complete fills in what the stack file left out; retention, in days, and storage are the environment's own.
func (s Spec) Complete(retention int, storage spec.Quantity) Spec {
	if s.Enabled == nil {
		s.Enabled = new(false)
	}
	if s.Install == nil {
		s.Install = new(true)
	}
	if s.Store == "" {
		s.Store = Loki
	}
	if s.Retention == 0 {
		s.Retention = retention
	}
	s.Storage = s.Storage.Or(storage)
	return s
}

// Validate reports what a schema cannot say.
func (s Spec) Validate(path spec.Path, problems *spec.Problems) {
	problems.CheckAmount(path.Key("storage"), s.Storage, "1Gi")
}
