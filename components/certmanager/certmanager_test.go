package certmanager_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	k8snet "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/certmanager"
	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/clustertest"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	releaseType     = "kubernetes:helm.sh/v3:Release"
	policyType      = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	issuerType      = "kubernetes:cert-manager.io/v1:ClusterIssuer"
	certificateType = "kubernetes:cert-manager.io/v1:Certificate"
)

var gateway = &certmanager.Gateway{
	Namespace: "gateway", Name: "gateway", Listener: "http", Proxies: network.Peer{Namespace: "gateway", App: "envoy"},
}

func zone(t *testing.T, cloud, id string) *cluster.Zone {
	t.Helper()
	z, err := cluster.ParseZone(cloud, id, "example.com")
	require.NoError(t, err)
	return z
}

// program makes cert-manager and one certificate.
func program(t *testing.T, args certmanager.Args, services *clustertest.Services) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		args.Services = services
		args.Spec = args.Spec.Complete(certmanager.LetsEncrypt)
		provider := pulumi.Provider(mocks.Kubernetes(t, ctx))
		made, err := certmanager.New(ctx, "certs", &args, provider)
		if err != nil {
			return err
		}
		_, err = made.NewCertificate(ctx, "api", &certmanager.Certificate{
			Name: "api", Namespace: pulumi.String("gateway"), Hosts: []string{"api.example.com"}, Secret: "api-tls",
		}, provider, pulumi.Parent(made))
		return err
	}
}

// requireValid holds all custom resources to their definitions, and the values to the chart's.
func requireValid(t *testing.T, rec *mocks.Recording) {
	t.Helper()
	for _, res := range rec.Resources() {
		if strings.HasPrefix(res.Type, "kubernetes:cert-manager.io/") || strings.HasPrefix(res.Type, "kubernetes:monitoring.coreos.com/") {
			crds.Validate(t, res.Inputs)
		}
	}
	if rec.Has(releaseType, "certs") {
		chartstest.CheckValues(t, "cert-manager", rec.Get(t, releaseType, "certs").Inputs["values"])
	}
}

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

func TestLetsEncryptThroughZone(t *testing.T) {
	t.Parallel()
	const azure = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/dns/providers/Microsoft.Network/dnszones/example.com"
	for cloud, c := range map[string]struct {
		id, granted string
		solver      map[string]any
	}{
		"aws": {"Z0123456789ABCDEFGHIJ", "Z0123456789ABCDEFGHIJ", map[string]any{"route53": map[string]any{"hostedZoneID": "Z0123456789ABCDEFGHIJ"}}},
		"gcp": {"projects/my-project/managedZones/my-zone", "my-zone", map[string]any{"cloudDNS": map[string]any{
			"project": "my-project", "hostedZoneName": "my-zone",
		}}},
		"azure": {azure, azure, map[string]any{"azureDNS": map[string]any{
			"subscriptionID": "00000000-0000-0000-0000-000000000001", "resourceGroupName": "dns", "hostedZoneName": "example.com",
			"managedIdentity": map[string]any{"clientID": "client-1"},
		}}},
	} {
		t.Run(cloud, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				services := &clustertest.Services{ClientID: "client-1"}
				rec := run(t, program(t, certmanager.Args{Zone: zone(t, cloud, c.id)}, services))
				requireValid(t, rec)
				grant := services.Grants["certs"]
				assert.Equal(t, "cert-manager/cert-manager", grant.Namespace+"/"+grant.ServiceAccount)
				assert.Equal(t, []cluster.Access{{Zone: pulumi.String(c.granted), Write: true}}, grant.Access)

				values := rec.Get(t, releaseType, "certs").Inputs["values"]
				assert.Equal(t, false, at(values, "config", "gatewayAPI", "enabled"), "the Gateway API need not be there")
				for name, server := range map[string]string{
					"letsencrypt": "https://acme-v02.api.letsencrypt.org/directory", "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
				} {
					issuer := rec.Get(t, issuerType, "certs-"+name)
					assert.Equal(t, name, at(issuer.Inputs, "metadata", "name"))
					assert.Equal(t, server, at(issuer.Inputs, "spec", "acme", "server"))
					assert.Equal(t, c.solver, at(issuer.Inputs, "spec", "acme", "solvers", "dns01"))
					assert.Contains(t, issuer.Dependencies, rec.Get(t, releaseType, "certs").URN, "its definition and webhook are there")
				}
			})
		})
	}
}

func TestLetsEncryptThroughGateway(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, certmanager.Args{
		Gateway: gateway, Spec: certmanager.Spec{Issuer: certmanager.Staging, Email: "ops@example.com"},
	}, &clustertest.Services{}))
	requireValid(t, rec)
	assert.Equal(t, true, at(rec.Get(t, releaseType, "certs").Inputs, "values", "config", "gatewayAPI", "enabled"))
	issuer := rec.Get(t, issuerType, "certs-letsencrypt-staging")
	assert.Equal(t, "ops@example.com", at(issuer.Inputs, "spec", "acme", "email"))
	assert.Equal(t, map[string]any{
		"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": "gateway", "name": "gateway", "sectionName": "http",
	}, at(issuer.Inputs, "spec", "acme", "solvers", "http01", "gatewayHTTPRoute", "parentRefs").([]any)[0])

	solver := mocks.As[*k8snet.NetworkPolicy](t, rec.Get(t, policyType, "certs-acme-solver"))
	labels := at(issuer.Inputs, "spec", "acme", "solvers", "http01", "gatewayHTTPRoute", "podTemplate", "metadata", "labels")
	assert.Equal(t, map[string]any{"app.kubernetes.io/name": solver.Spec.PodSelector.MatchLabels["app.kubernetes.io/name"]}, labels)
	assert.Equal(t, "gateway", solver.Namespace)
	require.Len(t, solver.Spec.Ingress, 1)
	assert.Equal(t, "envoy", solver.Spec.Ingress[0].From[0].PodSelector.MatchLabels["app.kubernetes.io/name"])
	assert.Equal(t, 8089, solver.Spec.Ingress[0].Ports[0].Port.IntValue())
	assert.Empty(t, solver.Spec.Egress)
	proxies := mocks.As[*k8snet.NetworkPolicy](t, rec.Get(t, policyType, "certs-acme-solver-out"))
	assert.Equal(t, map[string]string{"app.kubernetes.io/name": "envoy"}, proxies.Spec.PodSelector.MatchLabels)
	assert.Equal(t, solver.Spec.PodSelector, *proxies.Spec.Egress[0].To[0].PodSelector)
	assert.Equal(t, solver.Spec.Ingress[0].Ports, proxies.Spec.Egress[0].Ports)

	certificate := rec.Get(t, certificateType, "api")
	assert.Equal(t, "letsencrypt-staging", at(certificate.Inputs, "spec", "issuerRef", "name"))
	assert.Contains(t, certificate.Dependencies, issuer.URN)
}

func TestPrivate(t *testing.T) {
	t.Parallel()
	services := &clustertest.Services{}
	rec := mocks.Up(t, program(t, certmanager.Args{
		Spec: certmanager.Spec{Issuer: certmanager.Private}, Zone: zone(t, "aws", "Z1"),
	}, services))
	requireValid(t, rec)
	assert.Empty(t, services.Grants, "a private CA changes no records")
	ca := rec.Get(t, certificateType, "certs-ca")
	assert.Equal(t, "cert-manager", at(ca.Inputs, "metadata", "namespace"))
	assert.Equal(t, at(rec.Get(t, issuerType, "certs-private-root").Inputs, "metadata", "name"), at(ca.Inputs, "spec", "issuerRef", "name"))
	issuer := rec.Get(t, issuerType, "certs-private")
	assert.Equal(t, at(ca.Inputs, "spec", "secretName"), at(issuer.Inputs, "spec", "ca", "secretName"))
	assert.Equal(t, "private", at(rec.Get(t, certificateType, "api").Inputs, "spec", "issuerRef", "name"))
	for _, egress := range mocks.As[*k8snet.NetworkPolicy](t, rec.Get(t, policyType, "certs-cert-manager")).Spec.Egress {
		for _, port := range egress.Ports {
			assert.NotEqual(t, 80, port.Port.IntValue(), "nobody is asked")
		}
	}
}

func TestInstallation(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, certmanager.Args{Gateway: gateway, Replicas: 2}, &clustertest.Services{}))
	release := rec.Get(t, releaseType, "certs")
	assert.Equal(t, map[string]any{"enabled": true, "keep": true}, at(release.Inputs, "values", "crds"), "certificates outlive a destroy")
	assert.Equal(t, map[string]any{"enabled": true, "maxUnavailable": 1.0}, at(release.Inputs, "values", "podDisruptionBudget"))
	webhook := mocks.As[*k8snet.NetworkPolicy](t, rec.Get(t, policyType, "certs-webhook"))
	require.Len(t, webhook.Spec.Ingress, 1)
	assert.Empty(t, webhook.Spec.Ingress[0].From, "the API server may call from anywhere")
	assert.Equal(t, 10250, webhook.Spec.Ingress[0].Ports[0].Port.IntValue())
	assert.Empty(t, mocks.As[*k8snet.NetworkPolicy](t, rec.Get(t, policyType, "certs-cert-manager")).Spec.Ingress, "without monitoring nobody scrapes")
	assert.Empty(t, rec.ByType("kubernetes:monitoring.coreos.com/v1:PodMonitor"))
}

func TestInstalledAlready(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, certmanager.Args{
		Gateway: gateway, Spec: certmanager.Spec{Install: new(false)},
	}, &clustertest.Services{}))
	assert.Empty(t, rec.ByType(releaseType))
	assert.Len(t, rec.ByType(issuerType), 2, "our own objects are made")
	assert.False(t, rec.Has(policyType, "certs-webhook"))
}

func TestMonitoring(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, certmanager.Args{Gateway: gateway, Monitoring: []pulumi.Resource{}}, &clustertest.Services{}))
	requireValid(t, rec)
	policy := mocks.As[*k8snet.NetworkPolicy](t, rec.Get(t, policyType, "certs-metrics"))
	assert.Equal(t, 9402, policy.Spec.Ingress[0].Ports[0].Port.IntValue())
	assert.True(t, rec.Has("kubernetes:monitoring.coreos.com/v1:PrometheusRule", "certs"))
}

func TestSimulated(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, certmanager.Args{Gateway: gateway, Simulated: true}, &clustertest.Services{}))
	requireValid(t, rec)
	assert.Empty(t, rec.ByType(issuerType), "the webhook is asked about them whatever is said")
	assert.True(t, rec.Has(certificateType, "api"))
	webhook := at(rec.Get(t, releaseType, "certs").Inputs, "values", "webhook")
	for _, kind := range []string{"validatingWebhookConfiguration", "mutatingWebhookConfiguration"} {
		assert.NotEmpty(t, at(webhook, kind, "namespaceSelector", "matchExpressions"), kind)
	}
}

func TestNothingToProveDomainsWith(t *testing.T) {
	t.Parallel()
	err := mocks.Fail(t, program(t, certmanager.Args{}, &clustertest.Services{}))
	require.ErrorContains(t, err, "plinth:dns.zone")
	require.ErrorContains(t, err, "plinth:certificates.issuer")
}

func TestSpec(t *testing.T) {
	t.Parallel()
	done := certmanager.Spec{}.Complete(certmanager.Staging)
	assert.Equal(t, certmanager.Spec{Enabled: new(false), Install: new(true), Issuer: certmanager.Staging}, done)
	for email, good := range map[string]bool{"": true, "ops@example.com": true, "Ops <ops@example.com>": false, "ops": false} {
		var problems spec.Problems
		certmanager.Spec{Email: email}.Validate("certificates", &problems)
		assert.Equal(t, good, len(problems.Errors) == 0, email)
	}
}
