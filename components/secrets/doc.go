// Package secrets brings the platform's secret values to the namespaces that read them.
//
//	s, err := secrets.New(ctx, "secrets", &secrets.Args{
//		Values:     map[string]map[string]secrets.Value{"jwt": {"secret": {Generate: 48}}},
//		Namespaces: map[string]secrets.Namespace{"apps": {Name: apps.Name, Secrets: []string{"jwt"}}},
//		Random:     random,
//	}, pulumi.Provider(kubernetes))
//	// s.Names["apps"]["jwt"] is the name of the Kubernetes Secret.
//
// It creates one Kubernetes Secret per namespace and secret, under a name that changes with its content so that what
// reads it rolls, and one random value per generated key, which is kept for as long as the stack lives.
package secrets
