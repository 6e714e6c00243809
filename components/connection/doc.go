// Package connection is the one contract between a data service and the workloads that use it:
// whatever the mode and the cloud, a workload sees the same environment variables.
//
//	c := connection.New("redis", server, pulumi.StringMap{
//		connection.Host: pulumi.String("redis.data.svc"), connection.Port: pulumi.String("6379"), connection.Password: password,
//	})
//
// It creates no resources.
package connection
