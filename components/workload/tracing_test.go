package workload_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/workload"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func collected(args *workload.Args) {
	args.Tracing = &workload.Tracing{
		Endpoint: "http://collector.tracing.svc:4318", Environment: "prod",
		Collector: network.Peer{Namespace: "tracing", App: "collector", Ports: []int{4317, 4318}},
	}
}

func TestTracing(t *testing.T) {
	t.Parallel()
	for kind, text := range map[string]string{
		"service": "{image: 'a:1.4', tracing: true, env: {OTEL_SERVICE_NAME: shop, LOG_LEVEL: info}}",
		"job":     "{image: 'a:1.4', kind: job, tracing: true, env: {OTEL_SERVICE_NAME: shop, LOG_LEVEL: info}}",
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			rec := up(t, text, collected)
			assert.Equal(t, map[string]any{
				"LOG_LEVEL": "info", "OTEL_SERVICE_NAME": "shop", // which the stack file says itself
				"OTEL_RESOURCE_ATTRIBUTES":    "deployment.environment.name=prod,service.namespace=apps,service.version=1.4",
				"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.tracing.svc:4318", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
				"OTEL_TRACES_EXPORTER": "otlp", "OTEL_METRICS_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "none",
			}, rec.Get(t, configMapType, "app-env").Inputs["data"])
			egress := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, "app")).Spec.Egress
			require.Len(t, egress, 1)
			assert.Equal(t, "collector", egress[0].To[0].PodSelector.MatchLabels["app.kubernetes.io/name"])
			assert.Empty(t, rec.Logs)
		})
	}
}

func TestTracingThatNobodyTakes(t *testing.T) {
	t.Parallel()
	rec := up(t, "{image: 'a:1', tracing: true}")
	require.Len(t, rec.Logs, 1)
	assert.Contains(t, rec.Logs[0].Message, "workloads.app.tracing: nobody takes its traces")
	assert.False(t, rec.Has(configMapType, "app-env"))

	unasked := up(t, "{image: 'a:1'}", collected)
	assert.Empty(t, mocks.As[*networkingv1.NetworkPolicy](t, unasked.Get(t, policyType, "app")).Spec.Egress, "only who asks for it gets to the collector")
	assert.False(t, unasked.Has(configMapType, "app-env"))
}
