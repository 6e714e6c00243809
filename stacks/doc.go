// Package stacks is what an environment is: it reads the stack file and composes the components into one platform.
//
//	pulumi.Run(stacks.Platform)
//
// It creates, in this order of dependence: the cluster, its namespaces, the secrets, the data services that the file asks for,
// and the team's workloads. Nothing is registered before the whole file has been found good.
package stacks
