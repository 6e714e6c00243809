// Package akstest plays Azure in tests of programs that make an AKS cluster.
//
//	rec := mocks.Up(t, program, append(akstest.Outputs(), mocks.WithStack("prod"))...)
package akstest
