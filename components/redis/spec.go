package redis

import "github.com/plinth-iac/plinth/components/spec"

// Spec is the platform's Redis, as the stack file describes it.
type Spec struct {
	// Mode is single, ha (a primary, replicas, and sentinels that replace it where it is lost) or managed.
	Mode spec.Mode `json:"mode,omitempty"`
	// Instances of mode ha, the primary included, in prod at most one in each zone. Default 3.
	Instances int `json:"instances,omitempty" jsonschema:"minimum=2,maximum=9"`
	// TLS for clients, replicas and sentinels. Only mode ha; mode managed always has it. Default false.
	TLS bool `json:"tls,omitempty"`
	// Storage for the RDB snapshot and the append-only file, in bytes. Default 2Gi, at least twice the memory. It may grow, never shrink.
	Storage spec.Quantity `json:"storage,omitempty"`
	// CPU request, in cores. Default 100m.
	CPU spec.Quantity `json:"cpu,omitempty"`
	// Memory request and limit, in bytes; the data may fill 3/4 of it (the rest is for copy-on-write while saving). Default 256Mi.
	Memory spec.Quantity `json:"memory,omitempty"`
	// Eviction is what happens to keys when memory is full. Default noeviction: writes fail, nothing is lost.
	Eviction string `json:"eviction,omitempty" jsonschema:"enum=noeviction,enum=allkeys-lru,enum=allkeys-lfu,enum=volatile-lru,enum=volatile-lfu,enum=volatile-ttl,default=noeviction"`
	// Backup of a snapshot to the cloud's object storage. Not in mode managed, where the cloud has its own.
	Backup Backup `json:"backup,omitzero"`
	// Migrate allows a change of mode, which begins without the data: the README says how to move it. Remove it afterwards.
	Migrate bool `json:"migrate,omitempty"`
	// Rotate is how often the password was replaced. Raise it by one to have another. Only mode managed.
	Rotate int `json:"rotate,omitempty" jsonschema:"minimum=1"`
}
