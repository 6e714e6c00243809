// Package operators installs what runs the data services of mode ha: once for a cluster, however many databases use it.
//
//	ready, err := operators.NewPostgres(ctx, "postgres-operator", &operators.PostgresArgs{
//		Args:        operators.Args{Data: "data", Replicas: 2},
//		Backup:      true,
//		CertManager: certManager.Ready,
//	}, pulumi.Provider(kubernetes))
//	// What the operator runs: pulumi.DependsOn(ready)
//
// Each creates a closed namespace, the NetworkPolicies of the operator's pods, and the release of its chart from package charts.
// What depends on the resources returned comes after the operator's definitions and webhooks, and goes while the operator
// is there to clean up after it.
package operators
