// Package externalsecrets brings secret values from the cloud's secret store to the namespaces that read them, and keeps them as they
// are there.
//
//	s, err := externalsecrets.New(ctx, "secrets", &externalsecrets.Args{
//		Services: c.Services, Prefix: "plinth-prod-", Refresh: "1h",
//		Namespaces: map[string]externalsecrets.Namespaced{"apps": {Name: ns, Secrets: map[string][]string{"jwt": {"secret"}}}},
//	}, opts...)
//	// s.Names["apps"]["jwt"] is the name of the Kubernetes Secret, as package secrets has it.
//
// In the store a secret is one JSON object under prefix and name, with the keys in it: plinth-prod-jwt has {"secret": "..."}. It
// creates the installation of External Secrets, whose ServiceAccount may read what begins with the prefix; a ClusterSecretStore
// that only these namespaces may use; and an ExternalSecret for each namespace and secret.
//
// A value that changes in the store reaches the Kubernetes Secret at the next refresh, and with it files in pods. Pods that have
// it in their environment are rolled by Reloader, which External Secrets recommends for it and which is installed beside it:
// workloads name the Secrets that roll them in the annotation ReloadAnnotation.
package externalsecrets
