package gpu_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/gpu"
	"github.com/plinth-iac/plinth/components/observe"
	"github.com/plinth-iac/plinth/components/observe/observetest"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func program(t *testing.T, cloud string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := gpu.NewMetrics(ctx, "gpu", &gpu.Args{Cloud: cloud, Monitoring: []pulumi.Resource{}}, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		return err
	}
}

func TestNewMetrics(t *testing.T) {
	t.Parallel()
	for _, cloud := range []string{"", "aws", "gcp", "azure"} {
		t.Run("on "+cloud, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				rec := run(t, program(t, cloud))
				values := rec.Get(t, "kubernetes:helm.sh/v3:Release", "gpu").Inputs["values"].(map[string]any)
				chartstest.CheckValues(t, "dcgm-exporter", values, "securityContext") // which is Kubernetes' own, whole
				affinity := values["affinity"].(map[string]any)["nodeAffinity"].(map[string]any)
				terms := affinity["requiredDuringSchedulingIgnoredDuringExecution"].(map[string]any)["nodeSelectorTerms"]
				assert.Equal(t, []any{map[string]any{"matchExpressions": []any{map[string]any{"key": cluster.GPULabel, "operator": "Exists"}}}}, terms)
				assert.Equal(t, []any{map[string]any{"operator": "Exists"}}, values["tolerations"])
				_, mounted := values["extraHostVolumes"]
				assert.Equal(t, cloud == "gcp", mounted, "only GKE keeps the driver where the container runtime does not bring it")

				labels := rec.Get(t, "kubernetes:core/v1:Namespace", "gpu").Inputs["metadata"].(map[string]any)["labels"].(map[string]any)
				assert.Equal(t, "privileged", labels["pod-security.kubernetes.io/enforce"])
				for _, kind := range []string{"PodMonitor", "PrometheusRule"} {
					crds.Validate(t, rec.Get(t, "kubernetes:monitoring.coreos.com/v1:"+kind, "gpu").Inputs)
				}
			})
		})
	}
}

func TestDoors(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, ""))
	const policyType = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	own := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, "gpu-dcgm-exporter")).Spec
	assert.Empty(t, own.Egress, "it has nobody to talk to")
	door := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, "gpu-metrics")).Spec
	require.Len(t, door.Ingress, 1)
	assert.Equal(t, 9400, door.Ingress[0].Ports[0].Port.IntValue())
	assert.Equal(t, map[string]string{"app.kubernetes.io/name": "dcgm-exporter"}, door.PodSelector.MatchLabels)
}

func TestRules(t *testing.T) {
	t.Parallel()
	observetest.Keep(t, "gpu", observe.Rules("gpu", gpu.Alerts))
}
