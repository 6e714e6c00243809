package rabbitmq

import "github.com/plinth-iac/plinth/components/spec"

// Spec is the platform's RabbitMQ, as the stack file describes it.
type Spec struct {
	// Mode is single, ha (nodes that each have every message) or managed.
	Mode spec.Mode `json:"mode,omitempty"`
	// Instances of mode ha, an odd number, so that one side of a split has more; in prod at most one in each zone. Default 3.
	Instances int `json:"instances,omitempty" jsonschema:"enum=3,enum=5,enum=7"`
	// TLS for clients. Only mode ha; mode managed always has it. Default false.
	TLS bool `json:"tls,omitempty"`
	// Storage per node, in bytes. Default 5Gi. It may grow, never shrink.
	Storage spec.Quantity `json:"storage,omitempty"`
	// CPU request, in cores. Default 250m.
	CPU spec.Quantity `json:"cpu,omitempty"`
	// Memory request and limit, in bytes. Default 512Mi.
	Memory spec.Quantity `json:"memory,omitempty"`
	// Queues declared on the broker.
	Queues []Queue `json:"queues,omitempty"`
	// VHosts beside "/". Only mode ha.
	VHosts []string `json:"vhosts,omitempty"`
	// Users beside the one that workloads have, by name. Only mode ha.
	Users map[string]User `json:"users,omitempty"`
	// Policies beside those of the queues, by name. Only mode ha.
	Policies map[string]Policy `json:"policies,omitempty"`
	// Migrate allows a change of mode, which begins without the data: the README says how to move it. Remove it afterwards.
	Migrate bool `json:"migrate,omitempty"`
	// Rotate is how often the password was replaced. Raise it by one to have another. Only mode managed.
	Rotate int `json:"rotate,omitempty" jsonschema:"minimum=1"`
}

// Queue is a durable queue.
type Queue struct {
	// Name of the queue: 1 to 200 letters, digits, underscores, dots and dashes.
	Name string `json:"name" jsonschema:"pattern=^[A-Za-z0-9_.-]{1\\,200}$"`
	// VHost that the queue is in: "/" or one of vhosts. Default "/".
	VHost string `json:"vhost,omitempty"`
	// DeadLetter adds a queue <name>.dead that gets what was rejected or ran out of deliveries. Default false.
	DeadLetter bool `json:"deadLetter,omitempty"`
	// MaxLength is the most messages the queue holds; publishers are refused above it. Default no limit.
	MaxLength int `json:"maxLength,omitempty" jsonschema:"minimum=1"`
	// TTL in seconds after which a message that nobody took is dropped, or dead-lettered, at most 49 days: the broker's timers count
	// milliseconds in 32 bits. Default never.
	TTL int `json:"ttl,omitempty" jsonschema:"minimum=1,maximum=4233600"`
}

// User is one more user of the broker. Its generated password is in the Secret <cluster>-user-<name> beside the broker.
type User struct {
	// Tags give rights beyond messages: monitoring, management or administrator. Default none.
	Tags []string `json:"tags,omitempty"`
	// Permissions by virtual host: "/" or one of vhosts.
	Permissions map[string]Permission `json:"permissions,omitempty"`
}

// Permission is what a user may do in a virtual host, each a regular expression for the names of queues and exchanges. Empty is none.
type Permission struct {
	// Configure is what it may declare and delete.
	Configure string `json:"configure,omitempty"`
	// Write is what it may publish to.
	Write string `json:"write,omitempty"`
	// Read is what it may consume from.
	Read string `json:"read,omitempty"`
}

// Policy sets what queues or exchanges are like, by their names.
type Policy struct {
	// VHost that it is for: "/" or one of vhosts. Default "/".
	VHost string `json:"vhost,omitempty"`
	// Pattern is a regular expression for the names.
	Pattern string `json:"pattern"`
	// ApplyTo is queues, exchanges or all. Default queues.
	ApplyTo string `json:"applyTo,omitempty" jsonschema:"enum=queues,enum=exchanges,enum=all,default=queues"`
	// Priority decides where several match. The queues' own have 0. Default 1.
	Priority int `json:"priority,omitempty"`
	// Definition by key, such as max-length: 1000.
	Definition map[string]any `json:"definition"`
}
