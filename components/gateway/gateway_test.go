package gateway_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	k8snet "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/components/gateway"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	releaseType = "kubernetes:helm.sh/v3:Release"
	policyType  = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	gatewayType = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
	classType   = "kubernetes:gateway.networking.k8s.io/v1:GatewayClass"
	httpType    = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
	grpcType    = "kubernetes:gateway.networking.k8s.io/v1:GRPCRoute"
	proxyType   = "kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy"
	clientType  = "kubernetes:gateway.envoyproxy.io/v1alpha1:ClientTrafficPolicy"
	limitType   = "kubernetes:gateway.envoyproxy.io/v1alpha1:BackendTrafficPolicy"
)

// args of a platform that serves two hosts over TLS.
func args() gateway.Args {
	return gateway.Args{
		Spec: gateway.Spec{}.Complete(2, 365), TLS: true, Domain: "example.com",
		Hosts: []string{"api.example.com", "grpc.example.com", "shop.example.org"}, Namespaces: []string{"apps"},
		LoadBalancer: map[string]string{"cloud.example/lb": "public"},
	}
}

func program(t *testing.T, a gateway.Args, routes ...gateway.Route) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		provider := pulumi.Provider(mocks.Kubernetes(t, ctx))
		made, err := gateway.New(ctx, "gateway", &a, provider)
		if err != nil {
			return err
		}
		for _, certificate := range made.Certificates {
			ctx.Export(certificate.Host, pulumi.String(certificate.Secret))
		}
		for _, route := range routes {
			route.Namespace, route.NamespaceName = pulumi.String("apps"), "apps"
			if err := made.NewRoute(ctx, route.App, &route, provider, pulumi.Parent(made)); err != nil {
				return err
			}
		}
		return nil
	}
}

// requireValid holds all custom resources to their definitions, and the values to the chart's.
func requireValid(t *testing.T, rec *mocks.Recording) {
	t.Helper()
	for _, res := range rec.Resources() {
		for _, group := range []string{"gateway.networking.k8s.io", "gateway.envoyproxy.io", "monitoring.coreos.com"} {
			if strings.HasPrefix(res.Type, "kubernetes:"+group+"/") {
				crds.Validate(t, res.Inputs)
			}
		}
	}
	if rec.Has(releaseType, "gateway") {
		chartstest.CheckValues(t, "gateway-helm", rec.Get(t, releaseType, "gateway").Inputs["values"])
	}
}

// at follows keys, and takes the first of a list.
func at(from any, path ...string) any {
	for _, key := range path {
		if list, ok := from.([]any); ok {
			from = list[0]
		}
		object, _ := from.(map[string]any)
		from = object[key]
	}
	return from
}

func listeners(t *testing.T, rec *mocks.Recording) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, l := range at(rec.Get(t, gatewayType, "gateway").Inputs, "spec", "listeners").([]any) {
		found[at(l, "name").(string)] = fmt.Sprintf("%v %v %v %v",
			at(l, "protocol"), at(l, "port"), at(l, "hostname"), at(l, "tls", "certificateRefs", "name"))
	}
	return found
}

func TestListeners(t *testing.T) {
	t.Parallel()
	plain := "HTTP 80 <nil> <nil>"
	for name, c := range map[string]struct {
		change       func(*gateway.Args)
		want         map[string]string
		certificates map[string]any
	}{
		"each host its own": {
			func(*gateway.Args) {},
			map[string]string{
				"http":             plain,
				"api.example.com":  "HTTPS 443 api.example.com api.example.com",
				"grpc.example.com": "HTTPS 443 grpc.example.com grpc.example.com",
				"shop.example.org": "HTTPS 443 shop.example.org shop.example.org",
			},
			map[string]any{"api.example.com": "api.example.com", "grpc.example.com": "grpc.example.com", "shop.example.org": "shop.example.org"},
		},
		"one for a domain": {
			func(a *gateway.Args) { a.Wildcards, a.Hosts = true, append(a.Hosts, "a.b.example.com", "example.com") },
			map[string]string{
				"http":                 plain,
				"wildcard.example.com": "HTTPS 443 *.example.com wildcard.example.com",
				"shop.example.org":     "HTTPS 443 shop.example.org shop.example.org",
				"a.b.example.com":      "HTTPS 443 a.b.example.com a.b.example.com",
				"example.com":          "HTTPS 443 example.com example.com",
			},
			map[string]any{
				"*.example.com": "wildcard.example.com", "shop.example.org": "shop.example.org", "a.b.example.com": "a.b.example.com",
				"example.com": "example.com",
			},
		},
		"no certificates": {func(a *gateway.Args) { a.TLS = false }, map[string]string{"http": plain}, map[string]any{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := args()
			c.change(&a)
			rec := mocks.Up(t, program(t, a, gateway.Route{Host: "api.example.com", App: "api", Port: 8080, Protocol: gateway.HTTP}))
			requireValid(t, rec)
			assert.Equal(t, c.want, listeners(t, rec))
			assert.Equal(t, c.certificates, rec.Outputs)
			served := at(rec.Get(t, httpType, "api").Inputs, "spec", "parentRefs", "sectionName").(string)
			assert.Contains(t, c.want, served, "the route is served by a listener that is there")
		})
	}
}

func TestOverPlainHTTPNothingIsServedBesideTLS(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, args()))
	first := at(rec.Get(t, gatewayType, "gateway").Inputs, "spec", "listeners").([]any)[0]
	assert.Equal(t, map[string]any{"namespaces": map[string]any{"from": "Same"}}, at(first, "allowedRoutes"))
	redirect := rec.Get(t, httpType, "gateway-redirect")
	assert.Equal(t, "http", at(redirect.Inputs, "spec", "parentRefs", "sectionName"))
	assert.Equal(t, map[string]any{"scheme": "https", "statusCode": 301.0}, at(redirect.Inputs, "spec", "rules", "filters", "requestRedirect"))
	assert.Nil(t, at(redirect.Inputs, "spec", "hostnames"))

	a := args()
	a.TLS = false
	assert.False(t, mocks.Up(t, program(t, a)).Has(httpType, "gateway-redirect"))
}

func TestTooManyHosts(t *testing.T) {
	t.Parallel()
	a := args()
	for i := range 63 {
		a.Hosts = append(a.Hosts, fmt.Sprintf("h%d.example.com", i))
	}
	require.ErrorContains(t, mocks.Fail(t, program(t, a)), "plinth:dns.zone")
	a.Wildcards = true
	mocks.Up(t, program(t, a))
}

func TestClients(t *testing.T) {
	t.Parallel()
	for days, want := range map[int]any{365: "max-age=31536000", 0: nil} {
		a := args()
		a.Spec.HSTS = &days
		rec := mocks.Up(t, program(t, a))
		requireValid(t, rec)
		tls := rec.Get(t, clientType, "gateway-tls").Inputs
		assert.Equal(t, want, at(at(tls, "spec", "headers", "lateResponseHeaders"), "set", "value"))
		assert.Equal(t, "1.2", at(tls, "spec", "tls", "minVersion"))
		var targets []any
		for _, target := range at(tls, "spec", "targetRefs").([]any) {
			targets = append(targets, at(target, "sectionName"))
		}
		assert.Equal(t, []any{"api.example.com", "grpc.example.com", "shop.example.org"}, targets)
		plain := rec.Get(t, clientType, "gateway-plain").Inputs
		assert.Equal(t, "http", at(plain, "spec", "targetRefs", "sectionName"))
		assert.Nil(t, at(plain, "spec", "headers"), "browsers do not believe it over plain HTTP")
		for _, policy := range []map[string]any{tls, plain} {
			assert.Equal(t, "10s", at(policy, "spec", "timeout", "http", "requestHeadersReceivedTimeout"))
		}
	}
}

func TestProxies(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, args()))
	kubernetes := at(rec.Get(t, proxyType, "gateway-proxy").Inputs, "spec", "provider", "kubernetes")
	assert.Equal(t, map[string]any{
		"type": "LoadBalancer", "externalTrafficPolicy": "Local", "annotations": map[string]any{"cloud.example/lb": "public"},
	}, at(kubernetes, "envoyService"))
	assert.Equal(t, map[string]any{"minReplicas": 2.0, "maxReplicas": 6.0}, at(kubernetes, "envoyHpa"))
	assert.Equal(t, map[string]any{"maxUnavailable": 1.0}, at(kubernetes, "envoyPDB"))
	log := at(rec.Get(t, proxyType, "gateway-proxy").Inputs, "spec", "telemetry", "accessLog", "settings")
	assert.Equal(t, "JSON", at(log, "format", "type"))
	for key, value := range at(log, "format", "json").(map[string]any) {
		assert.NotContains(t, value, "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%", "%s holds the query", key)
	}

	a := args()
	a.Spec.Replicas = 1
	one := at(mocks.Up(t, program(t, a)).Get(t, proxyType, "gateway-proxy").Inputs, "spec", "provider", "kubernetes")
	assert.Nil(t, at(one, "envoyPDB"), "a single proxy may be moved")
	assert.Nil(t, at(one, "envoyHpa"))
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, args(),
			gateway.Route{Host: "api.example.com", App: "api", Port: 8080, Protocol: gateway.HTTP, RateLimit: "100/s"},
			gateway.Route{Host: "shop.example.org", Path: "/v1", App: "shop", Port: 80, Protocol: gateway.HTTP, Timeout: 5, MaxBody: "1.5Ki"},
			gateway.Route{Host: "api.example.com", Path: "/live", App: "live", Port: 81, Protocol: gateway.Websocket, RateLimit: "600/m"},
			gateway.Route{Host: "grpc.example.com", App: "infer", Port: 8500, Protocol: gateway.GRPC, RateLimit: "9/h"},
		))
		requireValid(t, rec)

		api := rec.Get(t, httpType, "api")
		assert.Equal(t, map[string]any{
			"parentRefs": []any{map[string]any{
				"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": "envoy-gateway-system", "name": "plinth",
				"sectionName": "api.example.com",
			}},
			"hostnames": []any{"api.example.com"},
			"rules": []any{map[string]any{
				"matches":     []any{map[string]any{"path": map[string]any{"type": "PathPrefix", "value": "/"}}},
				"backendRefs": []any{map[string]any{"name": "api", "port": 8080.0}},
			}},
		}, api.Inputs["spec"])
		assert.Equal(t, "/v1", at(rec.Get(t, httpType, "shop").Inputs, "spec", "rules", "matches", "path", "value"))
		assert.Equal(t, 8500.0, at(rec.Get(t, grpcType, "infer").Inputs, "spec", "rules", "backendRefs", "port"))

		for app, want := range map[string]struct {
			kind, timeout string
			size, rate    any
		}{
			"api":   {"HTTPRoute", "60s", 10485760.0, map[string]any{"requests": 100.0, "unit": "Second"}},
			"shop":  {"HTTPRoute", "5s", 1536.0, nil},
			"live":  {"HTTPRoute", "0s", nil, map[string]any{"requests": 600.0, "unit": "Minute"}},
			"infer": {"GRPCRoute", "0s", nil, map[string]any{"requests": 9.0, "unit": "Hour"}},
		} {
			spec := rec.Get(t, limitType, app+"-limits").Inputs["spec"]
			assert.Equal(t, []any{map[string]any{"group": "gateway.networking.k8s.io", "kind": want.kind, "name": app}}, at(spec, "targetRefs"))
			assert.Equal(t, want.timeout, at(spec, "timeout", "http", "requestTimeout"), app)
			assert.Equal(t, want.size, at(spec, "requestBuffer", "limit"), app)
			rules := at(spec, "rateLimit", "local", "rules")
			if want.rate == nil {
				assert.Nil(t, rules)
				continue
			}
			assert.Equal(t, want.rate, at(rules, "limit"), app)
			assert.Equal(t, "Distinct", at(rules, "clientSelectors", "sourceCIDR", "type"), "each client for itself")
		}
	})
}

func TestRateLimitThatCannotBeRead(t *testing.T) {
	t.Parallel()
	err := mocks.Fail(t, program(t, args(), gateway.Route{Host: "api.example.com", App: "api", Port: 1, RateLimit: "many"}))
	require.ErrorContains(t, err, "found many")
}

func TestDoors(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, args(), gateway.Route{Host: "api.example.com", App: "api", Port: 8080, Protocol: gateway.HTTP}))
	in := mocks.As[*k8snet.NetworkPolicy](t, rec.Get(t, policyType, "api-route"))
	out := mocks.As[*k8snet.NetworkPolicy](t, rec.Get(t, policyType, "api-route-out"))
	assert.Equal(t, "apps", in.Namespace)
	assert.Equal(t, "envoy-gateway-system", out.Namespace)
	assert.Equal(t, out.Spec.PodSelector, *in.Spec.Ingress[0].From[0].PodSelector)
	assert.Equal(t, in.Spec.PodSelector, *out.Spec.Egress[0].To[0].PodSelector)
	for _, ports := range [][]k8snet.NetworkPolicyPort{in.Spec.Ingress[0].Ports, out.Spec.Egress[0].Ports} {
		require.Len(t, ports, 1)
		assert.Equal(t, 8080, ports[0].Port.IntValue())
	}
	assert.Empty(t, in.Spec.Egress)
	assert.Empty(t, out.Spec.Ingress)

	proxies := mocks.As[*k8snet.NetworkPolicy](t, rec.Get(t, policyType, "gateway-envoy"))
	require.Len(t, proxies.Spec.Ingress, 1)
	assert.Empty(t, proxies.Spec.Ingress[0].From, "everybody")
	require.Len(t, proxies.Spec.Egress, 1, "beside routes, only their controller")
	assert.Equal(t, "gateway-helm", proxies.Spec.Egress[0].To[0].PodSelector.MatchLabels["app.kubernetes.io/name"])
}

func TestOrder(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, args(), gateway.Route{Host: "api.example.com", App: "api", Port: 8080, Protocol: gateway.HTTP}))
	for _, step := range [][4]string{
		{httpType, "api", gatewayType, "gateway"},
		{httpType, "api", policyType, "api-route"},
		{gatewayType, "gateway", classType, "gateway-class"},
		{classType, "gateway-class", proxyType, "gateway-proxy"},
		{proxyType, "gateway-proxy", releaseType, "gateway"},
	} {
		assert.Contains(t, rec.Get(t, step[0], step[1]).Dependencies, rec.Get(t, step[2], step[3]).URN, "%s after %s", step[1], step[3])
	}
}

func TestSimulated(t *testing.T) {
	t.Parallel()
	for _, simulated := range []bool{false, true} {
		a := args()
		a.Simulated = simulated
		values := mocks.Up(t, program(t, a)).Get(t, releaseType, "gateway").Inputs["values"]
		assert.Equal(t, !simulated, at(values, "topologyInjector", "enabled"))
	}
}

func TestInstalledAlready(t *testing.T) {
	t.Parallel()
	a := args()
	a.Spec.Install = new(false)
	rec := mocks.Up(t, program(t, a))
	assert.Empty(t, rec.ByType(releaseType))
	assert.True(t, rec.Has(gatewayType, "gateway"))
}

func TestMonitoring(t *testing.T) {
	t.Parallel()
	a := args()
	a.Monitoring = []pulumi.Resource{}
	rec := mocks.Up(t, program(t, a))
	requireValid(t, rec)
	monitor := rec.Get(t, "kubernetes:monitoring.coreos.com/v1:PodMonitor", "gateway").Inputs
	assert.Equal(t, map[string]any{"portNumber": 19001.0, "path": "/stats/prometheus"}, at(monitor, "spec", "podMetricsEndpoints").([]any)[0])
	assert.True(t, rec.Has("kubernetes:monitoring.coreos.com/v1:PrometheusRule", "gateway"))
}

func TestSpec(t *testing.T) {
	t.Parallel()
	assert.Equal(t, gateway.Spec{
		Enabled: new(false), Install: new(true), Replicas: 3, Timeout: 60, MaxBody: "10Mi", HSTS: new(0),
	}, gateway.Spec{}.Complete(3, 0))
	var problems spec.Problems
	gateway.Spec{MaxBody: "much"}.Validate("gateway", &problems)
	require.Len(t, problems.Errors, 1)
	assert.Equal(t, spec.Path("gateway.maxBody"), problems.Errors[0].Path)
}
