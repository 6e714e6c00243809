package tests

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/stacks/config"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// tracedAPI is a stack file with a workload that sends traces and one that does not.
func tracedAPI(tracing, monitoring map[string]any) map[string]any {
	return map[string]any{
		"plinth:cloud": "existing", "plinth:tracing": tracing, "plinth:monitoring": monitoring,
		"plinth:workloads": map[string]any{
			"api": map[string]any{"image": "api:1", "tracing": true},
			"web": map[string]any{"image": "web:1"},
		},
	}
}

func TestTracing(t *testing.T) {
	t.Parallel()
	on := map[string]any{"enabled": true}
	for stack, sampled := range map[string]float64{"dev": 100, "stage": 100, "prod": 10} {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				r := run(t, stacks.Platform, mocks.WithStack(stack), asConfig(t, tracedAPI(on, on)))
				values := r.Get(t, releaseType, "tracing-collector").Inputs["values"].(map[string]any)
				processors := values["alternateConfig"].(map[string]any)["processors"].(map[string]any)
				assert.Equal(t, sampled, processors["probabilistic_sampler"].(map[string]any)["sampling_percentage"])
				assert.True(t, r.Has(releaseType, "tracing-jaeger"))
				assert.True(t, r.Has("kubernetes:core/v1:ConfigMap", "grafana-jaeger"), "Grafana shows them")

				door := mocks.As[*networkingv1.NetworkPolicy](t, r.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "tracing-collector-opentelemetry-collector"))
				assert.Len(t, door.Spec.Ingress[0].From, 1, "for who has tracing")
				data := r.Get(t, "kubernetes:core/v1:ConfigMap", "api-env").Inputs["data"].(map[string]any)
				assert.Equal(t, "http://opentelemetry-collector.tracing.svc:4318", data["OTEL_EXPORTER_OTLP_ENDPOINT"])
				assert.Contains(t, data["OTEL_RESOURCE_ATTRIBUTES"], "deployment.environment.name="+stack)
				assert.False(t, r.Has("kubernetes:core/v1:ConfigMap", "web-env"))
			})
		})
	}
}

func TestTracingWithoutWhatItNeeds(t *testing.T) {
	t.Parallel()
	on, off := map[string]any{"enabled": true}, map[string]any{}
	alone := mocks.Up(t, stacks.Platform, mocks.WithStack("dev"), asConfig(t, tracedAPI(on, off)))
	assert.False(t, alone.Has("kubernetes:core/v1:ConfigMap", "grafana-jaeger"), "there is no Grafana")
	assert.False(t, alone.Has("kubernetes:networking.k8s.io/v1:NetworkPolicy", "tracing-jaeger-grafana"))

	for said, r := range map[string]*mocks.Recording{
		"workloads.api.tracing: nobody takes its traces": mocks.Up(t, stacks.Platform, mocks.WithStack("dev"), asConfig(t, tracedAPI(off, off))),
		"plinth:tracing is skipped: the chart jaeger cannot be had": mocks.Up(t,
			stacks.With(config.Rehearsal(), config.WithoutCharts(map[string]string{"jaeger": "no route"})), mocks.WithStack("dev"), asConfig(t, tracedAPI(on, off))),
	} {
		assert.False(t, r.Has(releaseType, "tracing-collector"), said)
		assert.False(t, r.Has("kubernetes:core/v1:ConfigMap", "api-env"), said)
		assert.Contains(t, r.Logs[len(r.Logs)-1].Message, said)
	}
}
