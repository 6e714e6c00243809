package operators

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func TestRedis(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, func(ctx *pulumi.Context) error {
			ready, err := NewRedis(ctx, "redis-operator", &RedisArgs{Args{Data: "stores", Replicas: 2}}, pulumi.Provider(mocks.Kubernetes(t, ctx)))
			assert.Len(t, ready, 2, "what follows waits for the policy and the release")
			return err
		})
		values := rec.Get(t, releaseType, "redis-operator").Inputs["values"].(map[string]any)
		chartstest.CheckValues(t, "redis-operator", values)
		assert.Equal(t, 2.0, values["replicas"])
		assert.Equal(t, true, values["featureGates"].(map[string]any)["GenerateConfigInInitContainer"],
			"without it the operator's own image would be needed")
		assert.Equal(t, "redis-operator", values["redisOperator"].(map[string]any)["podLabels"].(map[string]any)["app.kubernetes.io/name"],
			"the chart's pods have no such label, and so no policy would open anything")

		policy := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, "redis-operator-redis-operator")).Spec
		assert.Empty(t, policy.Ingress)
		require.Len(t, policy.Egress, 2)
		servers := policy.Egress[1]
		assert.Equal(t, []int32{6379, 26379}, []int32{servers.Ports[0].Port.IntVal, servers.Ports[1].Port.IntVal})
		assert.Equal(t, "stores", servers.To[0].NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"])
	})
}
