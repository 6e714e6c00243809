package operators

import (
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	releaseType = "kubernetes:helm.sh/v3:Release"
	policyType  = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	configType  = "kubernetes:core/v1:ConfigMap"
)

type holder struct{ pulumi.ResourceState }

// postgres is a program that makes something before the operator, the operator, and something after it.
func postgres(t *testing.T, args PostgresArgs) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		provider := pulumi.Provider(mocks.Kubernetes(t, ctx))
		h := &holder{}
		if err := ctx.RegisterComponentResource("plinth:test:Holder", "holder", h, provider); err != nil {
			return err
		}
		before, err := corev1.NewConfigMap(ctx, "cert-manager", &corev1.ConfigMapArgs{}, pulumi.Parent(h))
		if err != nil {
			return err
		}
		args.CertManager = []pulumi.Resource{before}
		ready, err := NewPostgres(ctx, "postgres-operator", &args, provider)
		if err != nil {
			return err
		}
		if _, err = corev1.NewConfigMap(ctx, "database", &corev1.ConfigMapArgs{}, pulumi.Parent(h), pulumi.DependsOn(ready)); err != nil {
			return err
		}
		return ctx.RegisterResourceOutputs(h, pulumi.Map{})
	}
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, postgres(t, PostgresArgs{Args: Args{Data: "data", Replicas: 2}, Backup: true}))

		operator, plugin := rec.Get(t, releaseType, "postgres-operator"), rec.Get(t, releaseType, "postgres-operator-backup")
		assert.Equal(t, "cnpg-system", operator.Inputs["namespace"])
		assert.Equal(t, "cnpg-system", plugin.Inputs["namespace"], "the operator finds its plugins in its own namespace only")
		assert.Equal(t, 2.0, operator.Inputs["values"].(map[string]any)["replicaCount"])
		assert.NotContains(t, operator.Inputs["values"], "webhook")

		installation := rec.Get(t, "plinth:charts:Installation", "postgres-operator-backup")
		require.Equal(t, installation.URN, plugin.Parent, "a child comes after its parent, and so after what that depends on")
		assert.Contains(t, installation.Dependencies, operator.URN)
		assert.Contains(t, installation.Dependencies, rec.Get(t, configType, "cert-manager").URN, "its certificates come from there")
		database := rec.Get(t, configType, "database")
		assert.Contains(t, database.Dependencies, operator.URN)
		assert.Contains(t, database.Dependencies, plugin.URN)
	})
}

func TestPostgresValues(t *testing.T) {
	t.Parallel()
	for name, args := range map[string]Args{"as is": {Data: "data"}, "simulated": {Data: "data", Simulated: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := mocks.Up(t, postgres(t, PostgresArgs{Args: args, Backup: true}))
			chartstest.CheckValues(t, "cloudnative-pg", rec.Get(t, releaseType, "postgres-operator").Inputs["values"])
			chartstest.CheckValues(t, "plugin-barman-cloud", rec.Get(t, releaseType, "postgres-operator-backup").Inputs["values"])
		})
	}
}

func TestPostgresWithoutBackup(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, postgres(t, PostgresArgs{Args: Args{Data: "data", Simulated: true}}))
	assert.Len(t, rec.ByType(releaseType), 1)
	values := rec.Get(t, releaseType, "postgres-operator").Inputs["values"].(map[string]any)
	assert.Equal(t, 1.0, values["replicaCount"])
	assert.Equal(t, map[string]any{
		"mutating": map[string]any{"create": false}, "validating": map[string]any{"create": false},
	}, values["webhook"], "on simulated nodes nobody answers a webhook")
}

func TestPostgresPolicies(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, postgres(t, PostgresArgs{Args: Args{Data: "stores"}, Backup: true}))

	operator := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, "postgres-operator-cloudnative-pg")).Spec
	require.Len(t, operator.Ingress, 1)
	assert.Equal(t, int32(9443), operator.Ingress[0].Ports[0].Port.IntVal)
	require.Len(t, operator.Egress, 3)
	databases := operator.Egress[1]
	assert.Equal(t, "stores", databases.To[0].NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"])
	assert.Equal(t, "postgresql", databases.To[0].PodSelector.MatchLabels["app.kubernetes.io/name"])
	assert.Equal(t, []int32{8000, 5432}, []int32{databases.Ports[0].Port.IntVal, databases.Ports[1].Port.IntVal})

	plugin := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, "postgres-operator-backup-plugin-barman-cloud")).Spec
	require.Len(t, plugin.Ingress, 1)
	assert.Equal(t, "cloudnative-pg", plugin.Ingress[0].From[0].PodSelector.MatchLabels["app.kubernetes.io/name"])
	assert.Equal(t, int32(9090), plugin.Ingress[0].Ports[0].Port.IntVal)
}
