// Package ranges plans the address ranges of a cluster and its network, and refuses plans that
// overlap or leave no room for the pods of the biggest cluster the pools allow.
//
//	layout := ranges.Plan(spec.Path("cluster.network"), ranges.Request{Cloud: "aws", Zones: 3, Pools: pools}, &problems)
//	// layout.Private[0] is 10.0.0.0/18, the subnet of the first zone's nodes and, on aws, pods.
//
// A layout depends on the cloud and the ranges alone, never on the number of zones or nodes, so
// that a stack that grows keeps its subnets. The network is cut in four: a quarter for each of
// three zones, and the last for public subnets, databases, proxies and the control plane, with
// room left over.
//
// Where pods get addresses: on aws from the nodes' subnets, by prefix delegation; on gcp from a
// secondary range, on azure from an overlay, and on both a /24 for each node.
//
// It is arithmetic and creates nothing.
package ranges
