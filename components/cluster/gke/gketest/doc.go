// Package gketest plays gcp in tests of programs that make a GKE cluster.
//
//	rec := mocks.Up(t, program, append(gketest.Outputs(), mocks.WithStack("prod"))...)
package gketest
