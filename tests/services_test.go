package tests

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/stacks/config"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	releaseType     = "kubernetes:helm.sh/v3:Release"
	certificateType = "kubernetes:cert-manager.io/v1:Certificate"
	routeType       = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
	proxyType       = "kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy"
)

// zones are one on each cloud.
var zones = map[string]any{
	"aws": "Z0123456789ABCDEFGHIJ", "gcp": "projects/my-project/managedZones/my-zone",
	"azure": "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/dns/providers/Microsoft.Network/dnszones/med-diagnosis.example",
}

// withServices turns all of the platform services on in the values of a stack file.
func withServices(values map[string]any) map[string]any {
	for key, value := range map[string]any{
		"certificates": map[string]any{"enabled": true}, "gateway": map[string]any{"enabled": true},
		"dns":     map[string]any{"zone": zones, "domain": "med-diagnosis.example"},
		"secrets": map[string]any{"source": "cloud"}, "monitoring": map[string]any{"enabled": true},
		"autoscaling": map[string]any{"enabled": true, "recommendations": true},
		"logging":     "loki",
		"tracing":     map[string]any{"enabled": true},
	} {
		values["plinth:"+key] = value
	}
	if workloads, ok := values["plinth:workloads"].(map[string]any); ok {
		workloads["api-gateway"].(map[string]any)["tracing"] = true
	}
	return values
}

// onCloudWithServices are the options of a stack file of the repository, with all services on.
func onCloudWithServices(t *testing.T, stack, cloud string) []mocks.Option {
	t.Helper()
	values := withServices(readStackFile(t, stack))
	values["plinth:cloud"] = cloud
	return append(onCloud(t, stack, cloud), asConfig(t, values))
}

func requireValidResources(t *testing.T, r *mocks.Recording) {
	t.Helper()
	for _, res := range r.Resources() {
		for _, group := range []string{"cert-manager.io", "gateway.networking.k8s.io", "gateway.envoyproxy.io", "external-secrets.io"} {
			if strings.HasPrefix(res.Type, "kubernetes:"+group+"/") {
				crds.Validate(t, res.Inputs)
			}
		}
	}
}

func TestServicesOnEachCloud(t *testing.T) {
	t.Parallel()
	balancers := map[string]string{
		"aws": "service.beta.kubernetes.io/aws-load-balancer-scheme", "gcp": "cloud.google.com/l4-rbs", "azure": "",
	}
	for cloud, annotation := range balancers {
		t.Run(cloud, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				r := run(t, stacks.Platform, onCloudWithServices(t, "prod", cloud)...)
				for _, release := range []string{"gateway", "cert-manager", "external-dns", "secrets", "secrets-reloader"} {
					assert.True(t, r.Has(releaseType, release), release)
				}
				requireValidResources(t, r)
				assert.True(t, r.Has(certificateType, "gateway-wildcard.med-diagnosis.example"), "one for all hosts, as the zone proves the domain")
				assert.True(t, r.Has(routeType, "api-gateway"))
				assert.True(t, r.Has("kubernetes:external-secrets.io/v1:ExternalSecret", "secrets-apps-jwt"))
				metadata := r.Get(t, "kubernetes:apps/v1:Deployment", "api-gateway").Inputs["metadata"].(map[string]any)
				assert.Equal(t, map[string]any{"secret.reloader.stakater.com/reload": "jwt"}, metadata["annotations"])
				for _, log := range r.Logs {
					assert.NotContains(t, log.Message, "is not published")
				}
				proxy := r.Get(t, proxyType, "gateway-proxy").Inputs["spec"].(map[string]any)["provider"].(map[string]any)
				service := proxy["kubernetes"].(map[string]any)["envoyService"].(map[string]any)
				if annotation != "" {
					assert.Contains(t, service["annotations"], annotation)
				}
			})
		})
	}
}

// rehearsed runs a stack as `make up` does: on simulated nodes, and without the charts named.
func rehearsed(t *testing.T, stack string, missing map[string]string) *mocks.Recording {
	t.Helper()
	return mocks.Up(t, stacks.With(config.Rehearsal(), config.WithoutCharts(missing)),
		asConfig(t, withServices(readStackFile(t, stack))), mocks.WithStack(stack))
}

func TestServicesInARehearsal(t *testing.T) {
	t.Parallel()
	r := rehearsed(t, "prod", nil)
	assert.True(t, r.Has(releaseType, "gateway"))
	assert.True(t, r.Has(releaseType, "cert-manager"))
	assert.False(t, r.Has(releaseType, "external-dns"), "there is no zone without a cloud")
	assert.False(t, r.Has(releaseType, "secrets"), "nor a store")
	assert.True(t, r.Has("kubernetes:core/v1:Secret", "secrets-apps-jwt"), "but random values in its place")
	requireValidResources(t, r)
}

func TestServicesWithoutChartsAreSkippedAndSaidToBe(t *testing.T) {
	t.Parallel()
	r := rehearsed(t, "prod", map[string]string{
		"gateway-helm": "no such host", "cert-manager": "no route", charts.KubePrometheusStack.Name: "no route", charts.DCGMExporter.Name: "no route",
		charts.KEDA.Name: "no route", charts.VerticalPodAutoscaler.Name: "no route", charts.Alloy.Name: "no route", charts.Jaeger.Name: "no route",
		charts.CloudNativePG.Name: "no route", charts.RedisOperator.Name: "no route", charts.RabbitMQTopologyOperator.Name: "no route",
	})
	assert.Empty(t, r.ByType(releaseType))
	for _, server := range []string{"postgres", "redis", "rabbitmq"} {
		assert.True(t, r.Has("kubernetes:apps/v1:StatefulSet", server), "a single %s stands in for the one that no operator runs", server)
	}
	assert.Empty(t, r.ByType(routeType))
	var said []string
	for _, log := range r.Logs {
		said = append(said, log.Message)
	}
	all := strings.Join(said, "\n")
	require.Contains(t, all, "plinth:gateway is skipped: the chart gateway-helm cannot be had: no such host")
	require.Contains(t, all, "plinth:certificates is skipped: the chart cert-manager cannot be had: no route")
	assert.NotContains(t, all, "enables", "what is skipped is enabled")
	assert.NotContains(t, all, "workloads.", "that a service is skipped is said once, and not for each workload again")
	for _, service := range []string{"monitoring", "autoscaling", "autoscaling.recommendations", "logging"} {
		assert.Contains(t, all, "plinth:"+service+" is skipped: the chart ")
	}
	assert.Contains(t, all, "plinth:postgres.mode ha is skipped, and a single server stands in: the chart cloudnative-pg cannot be had: no route")
	assert.Contains(t, all, "plinth:rabbitmq.mode ha is skipped, and a single server stands in: the manifest "+charts.RabbitMQTopologyOperator.Name)

	half := rehearsed(t, "prod", map[string]string{"cert-manager": "no route"})
	assert.True(t, half.Has(releaseType, "gateway"), "over plain HTTP")
	assert.Empty(t, half.ByType(certificateType))
	served := half.Get(t, routeType, "api-gateway").Inputs["spec"].(map[string]any)["parentRefs"].([]any)[0].(map[string]any)
	assert.Equal(t, "http", served["sectionName"])
}

// switches are the services that a stack file turns on and off.
var switches = []string{"certificates", "gateway", "monitoring", "autoscaling", "logging", "tracing"}

func TestServicesThatAreOffMakeNothing(t *testing.T) {
	t.Parallel()
	for _, stack := range environments {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			values := readStackFile(t, stack)
			values["plinth:cloud"] = "existing"
			delete(values, "plinth:region")
			for _, service := range switches {
				values["plinth:"+service] = map[string]any{"enabled": false}
			}
			r := mocks.Up(t, stacks.Platform, asConfig(t, values), mocks.WithStack(stack))
			var left []string
			for _, release := range r.ByType(releaseType) {
				left = append(left, release.Name)
			}
			slices.Sort(left)
			want := []string(nil)
			if stack == "prod" {
				want = []string{"cert-manager", "postgres-operator", "redis-operator"} // cert-manager is for the webhooks of RabbitMQ's operators
			}
			assert.Equal(t, want, left)
			assert.Empty(t, r.ByType("kubernetes:monitoring.coreos.com/v1:PrometheusRule"))
			for _, pair := range pairs(t, r) {
				assert.NotContains(t, pair, "monitoring/")
			}
		})
	}
}

// What stage and prod have without asking.
func TestServicesOfAnEnvironment(t *testing.T) {
	t.Parallel()
	eachEnvironment(t, func(t *testing.T, stack string, r *mocks.Recording) {
		for _, release := range []string{"cert-manager", "gateway", "monitoring", "keda", "logging-loki", "logging-alloy"} {
			assert.Equal(t, stack != "dev", r.Has(releaseType, release), release)
		}
	})
}
