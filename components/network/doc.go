// Package network makes NetworkPolicies. A namespace starts closed in both directions, and each app opens what it needs.
//
//	_, err := network.DefaultDeny(ctx, "apps", ns, opts...)          // nothing in, nothing out
//	_, err = network.AllowDNS(ctx, "apps-dns", ns, opts...)          // but names resolve
//	_, err = network.Allow(ctx, "api", &network.Rules{
//		Namespace: ns, App: "api", Ports: []int{8080},
//		From: []network.Peer{{Namespace: "apps", App: "web"}},
//		To:   []network.Peer{{Namespace: "data", App: "redis", Ports: []int{6379}}},
//	}, opts...)
//
// Each call registers one NetworkPolicy, of the same name in the cluster. opts must carry the parent. A policy only
// works where the cluster's network enforces it; the cluster components see to that.
package network
