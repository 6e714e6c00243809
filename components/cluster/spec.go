package cluster

import "github.com/plinth-iac/plinth/components/spec"

// Spec is the cluster, as the stack file describes it. It says nothing of any one cloud.
type Spec struct {
	// Version of Kubernetes, major and minor, in quotes, such as "1.35".
	Version string `json:"version,omitempty" jsonschema:"pattern=^1\\.[0-9]+$,default=1.35"`
	// Zones the nodes are spread over. Default from the environment: dev 1, stage 2, prod 3.
	Zones int `json:"zones,omitempty" jsonschema:"minimum=1,maximum=6"`
	// Context of the kubeconfig in force that reaches the cluster. Only for cloud existing; default: its current context.
	Context string `json:"context,omitempty"`
	// Kubeconfig is the path of the kubeconfig file that reaches the cluster. Only for cloud existing; default: $KUBECONFIG, else
	// ~/.kube/config.
	Kubeconfig string `json:"kubeconfig,omitempty"`
	// API is who may reach the API server.
	API API `json:"api,omitzero"`
	// Network that the cluster is in. Default: one of its own. Not for cloud existing.
	Network *Network `json:"network,omitempty"`
	// Pools of nodes by name. One named "system" is always there.
	Pools map[string]Pool `json:"pools,omitempty"`
}

// API is who may reach the API server.
type API struct {
	// Allow are the address ranges that may reach a public endpoint; none means a private one.
	Allow []string `json:"allow,omitempty"`
}

// Pool is a group of like nodes, asked for by size; the catalogue finds each cloud's machine.
type Pool struct {
	// CPU cores of each node. Default 4.
	CPU int `json:"cpu,omitempty" jsonschema:"minimum=1,maximum=448,default=4"`
	// Memory of each node, in bytes. Default 16Gi.
	Memory spec.Quantity `json:"memory,omitempty" jsonschema:"default=16Gi"`
	// GPU of each node. Default none.
	GPU *GPU `json:"gpu,omitempty"`
	// Disk of each node: its system, images and what pods write to their own layers. In bytes. Default 100Gi.
	Disk spec.Quantity `json:"disk,omitempty" jsonschema:"default=100Gi"`
	// Zones of the cluster that the pool is in, counted from 1. Default: all that sell its machine.
	Zones []int `json:"zones,omitempty" jsonschema:"uniqueItems=true"`
	// MachineTypes override the catalogue: by cloud (aws, gcp, azure) the types to use, the preferred first. Several only
	// on aws, all of the same size.
	MachineTypes map[string][]string `json:"machineTypes,omitempty"`
	// Spot nodes are cheaper and can be taken away at two minutes' notice. Default false.
	Spot bool `json:"spot,omitempty"`
	// Nodes is how many, fixed or autoscaled.
	Nodes Nodes `json:"nodes,omitzero"`
	// Labels put on each node, beside plinth.dev/pool=<name>.
	Labels map[string]string `json:"labels,omitempty"`
	// Taints put on each node, beside those that spot and GPU pools always have.
	Taints []Taint `json:"taints,omitempty"`
}

// GPU is what each node of a pool has.
type GPU struct {
	// Model of the GPU.
	Model string `json:"model" jsonschema:"enum=t4,enum=l4,enum=a10g,enum=a100,enum=h100"`
	// Count per node. Default 1.
	Count int `json:"count,omitempty" jsonschema:"minimum=1,maximum=16,default=1"`
}

// Nodes is how many nodes a pool has. Only min: that many, fixed. With max: autoscaled between them.
type Nodes struct {
	// Min is the fewest. Default 1.
	Min *int `json:"min,omitempty" jsonschema:"minimum=0,maximum=1000,default=1"`
	// Max is the most; absent means exactly min, always.
	Max *int `json:"max,omitempty" jsonschema:"minimum=1,maximum=1000"`
}

// Taint keeps pods that do not tolerate it off a node.
type Taint struct {
	// Key of the taint.
	Key string `json:"key"`
	// Value of the taint.
	Value string `json:"value,omitempty"`
	// Effect is NoSchedule, PreferNoSchedule or NoExecute. Default NoSchedule.
	Effect string `json:"effect,omitempty" jsonschema:"enum=NoSchedule,enum=PreferNoSchedule,enum=NoExecute,default=NoSchedule"`
}
