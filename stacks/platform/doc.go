// Package platform is what an environment is: it reads the stack file and composes the components into one platform.
//
//	program := platform.On(platform.Clouds{config.AWS: newEKS})
//
// It creates, in this order of dependence: the cluster, its namespaces, the platform services, the secrets, the data services that the
// file asks for, and the team's workloads. Nothing is registered before the whole file has been found good.
//
// The clouds are given to it, and not imported: their SDKs take minutes to compile, and a rehearsal on a laptop needs none of them.
package platform
