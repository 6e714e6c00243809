// Package gateway publishes workloads to the internet: one Gateway for the platform, run by Envoy Gateway, with TLS for every host.
//
//	gw, err := gateway.New(ctx, "gateway", &gateway.Args{
//		Spec: spec, TLS: true, Domain: "example.com", Hosts: hosts, Wildcards: true, LoadBalancer: c.LoadBalancer,
//	}, opts...)
//	for _, wanted := range gw.Certificates { ... } // have them issued into their Secrets
//	err = gw.NewRoute(ctx, "api", &gateway.Route{Host: "api.example.com", App: "api", Namespace: ns, ...}, opts...)
//
// It creates the installation of Envoy Gateway; an EnvoyProxy with the proxies' load balancer, replicas and access log as JSON; a
// GatewayClass; a Gateway that listens for HTTP, which it redirects, and for HTTPS by host; and ClientTrafficPolicies with timeouts,
// TLS versions and HSTS. A route is an HTTPRoute or GRPCRoute beside its workload, a BackendTrafficPolicy with rate limit,
// request size and timeout, and the two NetworkPolicies that let the proxies reach that one port.
package gateway
