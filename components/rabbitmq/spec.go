package rabbitmq

import "github.com/plinth-iac/plinth/components/spec"

// Spec is the platform's RabbitMQ, as the stack file describes it.
type Spec struct {
	// Mode is single, ha or managed.
	Mode spec.Mode `json:"mode,omitempty"`
	// Storage per node, in bytes. Default 5Gi. It may grow, never shrink.
	Storage spec.Quantity `json:"storage,omitempty"`
	// CPU request, in cores. Default 250m.
	CPU spec.Quantity `json:"cpu,omitempty"`
	// Memory request and limit, in bytes. Default 512Mi.
	Memory spec.Quantity `json:"memory,omitempty"`
	// Queues declared on the broker.
	Queues []Queue `json:"queues,omitempty"`
	// Rotate is how often the password was replaced. Raise it by one to have another. Only mode managed.
	Rotate int `json:"rotate,omitempty" jsonschema:"minimum=1"`
}

// Queue is a durable queue.
type Queue struct {
	// Name of the queue: 1 to 200 letters, digits, underscores, dots and dashes.
	Name string `json:"name" jsonschema:"pattern=^[A-Za-z0-9_.-]{1\\,200}$"`
	// DeadLetter adds a queue <name>.dead that gets what was rejected or ran out of deliveries. Default false.
	DeadLetter bool `json:"deadLetter,omitempty"`
	// MaxLength is the most messages the queue holds; publishers are refused above it. Default no limit.
	MaxLength int `json:"maxLength,omitempty" jsonschema:"minimum=1"`
	// TTL in seconds after which a message that nobody took is dropped, or dead-lettered. Default never.
	TTL int `json:"ttl,omitempty" jsonschema:"minimum=1"`
}
