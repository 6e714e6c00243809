// Package ekstest plays aws in tests of programs that make an EKS cluster.
//
//	rec := mocks.Up(t, program, append(ekstest.Outputs(), mocks.WithStack("prod"))...)
package ekstest
