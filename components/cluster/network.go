package cluster

// Network is the cloud network that a cluster is in: one of its own, or one that is there already.
type Network struct {
	// Range of the cluster's own VPC or VNet. Changing it builds another. Default 10.0.0.0/16.
	Range string `json:"range,omitempty"`
	// Pods is the range that pods get addresses of. Not on aws, where they get those of the network. Default 100.64.0.0/12.
	Pods string `json:"pods,omitempty"`
	// Services is the range of the cluster's Services. Default 172.20.0.0/16.
	Services string `json:"services,omitempty"`
	// Existing is a network to use instead of one of its own.
	Existing *ExistingNetwork `json:"existing,omitempty"`
}

// ExistingNetwork is a network that something else made, with its routes to the internet.
type ExistingNetwork struct {
	// ID of the network: the VPC's id on aws, its self link on gcp, the VNet's resource id on azure.
	ID string `json:"id"`
	// Private are the subnets of nodes: on aws ids, one for each zone and at least two; on gcp and azure one, by self link or
	// resource id.
	Private []string `json:"private" jsonschema:"minItems=1"`
	// Public are the ids of the subnets of public load balancers. Only on aws.
	Public []string `json:"public,omitempty"`
	// PodRange is the name of the subnet's secondary range for pods. Only on gcp.
	PodRange string `json:"podRange,omitempty"`
	// ServiceRange is the name of the subnet's secondary range for Services. Only on gcp.
	ServiceRange string `json:"serviceRange,omitempty"`
	// Data is a range of the network that nothing is in, /26 or bigger, in which subnets for managed data services are made. Only
	// needed for mode managed.
	Data string `json:"data,omitempty"`
}
