// Package namespace makes a namespace that is closed until something is opened: its pods must meet the Pod Security
// level `restricted`, unless a lower one is asked for, and no traffic passes but DNS.
//
//	apps, err := namespace.New(ctx, "apps", &namespace.Args{Name: "apps"}, pulumi.Provider(kubernetes))
//	// What is made in apps.Name comes after the policies that close it.
//
// It creates a Namespace and two NetworkPolicies, <name>-deny and <name>-dns. There is no ResourceQuota and no
// LimitRange: the platform's own workloads always say what they need, and a quota is the team's decision.
//
// Pod Security is enforced at version "latest", the cluster's own: a pinned version would go on admitting what a newer
// Kubernetes has learnt to refuse.
package namespace
