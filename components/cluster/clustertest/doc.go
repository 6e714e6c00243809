// Package clustertest stands in for a cloud's services in mock tests of what uses them.
//
//	services := &clustertest.Services{}
//	... // a program that asks services for buckets and grants
//	services.Buckets["redis-backup"] // what was asked for
//
// Buckets are s3 ones, and identities have an annotation and a pod label. Nothing is registered but one component for each.
package clustertest
