package network

// CloudAPIs are what a pod must reach to use its cloud's services under its own identity: their public addresses, and where the
// pod gets its tokens. Azure's tokens come from a public address too.
func CloudAPIs() []Peer {
	return []Peer{
		{CIDR: "0.0.0.0/0", Ports: []int{443}},
		// EKS: docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
		{CIDR: "169.254.170.23/32", Ports: []int{80}},
		// GKE, with and without its Dataplane V2: cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity
		{CIDR: "169.254.169.254/32", Ports: []int{80}},
		{CIDR: "169.254.169.252/32", Ports: []int{988}},
	}
}
