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

// Anywhere is every address, on the TCP ports given: the internet, and what has no address that could be known here, such as a
// cloud's API.
func Anywhere(ports ...int) Peer { return Peer{CIDR: "0.0.0.0/0", Ports: ports} }

// APIServer is the cluster's own API server, on the ports that it has on the three clouds (443) and by default (6443). Its
// address differs by cloud, and is often outside the cluster.
func APIServer() Peer { return Anywhere(443, 6443) }
