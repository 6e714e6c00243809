package redis

import "github.com/plinth-iac/plinth/components/spec"

// Spec is the platform's Redis, as the stack file describes it.
type Spec struct {
	// Mode is single, ha or managed.
	Mode spec.Mode `json:"mode,omitempty"`
	// Storage for the RDB snapshot and the append-only file, in bytes. Default 2Gi, at least twice the memory. It may grow, never shrink.
	Storage spec.Quantity `json:"storage,omitempty"`
	// CPU request, in cores. Default 100m.
	CPU spec.Quantity `json:"cpu,omitempty"`
	// Memory request and limit, in bytes; the data may fill 3/4 of it (the rest is for copy-on-write while saving). Default 256Mi.
	Memory spec.Quantity `json:"memory,omitempty"`
	// Eviction is what happens to keys when memory is full. Default noeviction: writes fail, nothing is lost.
	Eviction string `json:"eviction,omitempty" jsonschema:"enum=noeviction,enum=allkeys-lru,enum=allkeys-lfu,enum=volatile-lru,enum=volatile-lfu,enum=volatile-ttl,default=noeviction"`
	// Rotate is how often the password was replaced. Raise it by one to have another. Only mode managed.
	Rotate int `json:"rotate,omitempty" jsonschema:"minimum=1"`
}
