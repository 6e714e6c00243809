package network

// Peer is one end of an allowed connection: the pods of one app in one namespace, or an address
// range outside the cluster.
type Peer struct {
	// Namespace and App select pods: those labelled app.kubernetes.io/name=<App> there.
	Namespace, App string
	// CIDR is an address range, for what runs outside the cluster; Namespace and App are then empty.
	CIDR string
	// Ports are the TCP ports the peer listens on. Empty where it only connects.
	Ports []int
}
