// Package stacks is the Pulumi program, with every cloud in it:
//
//	pulumi.Run(stacks.Platform)
//
// Package config below it is the stack file, and package platform is what is made of it.
package stacks
