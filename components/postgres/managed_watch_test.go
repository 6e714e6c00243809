package postgres

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/cluster/clustertest"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const exporterName = "postgres-exporter"

// watchedByUs makes a server in the cloud, on a platform with monitoring.
func watchedByUs(t *testing.T) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "postgres", &Args{
			Spec: Spec{Mode: spec.Managed, Database: "orders"}.Complete(), Namespace: pulumi.String("data"), NamespaceName: "data",
			Random: mocks.Random(t, ctx), Services: &clustertest.Services{DataServices: &clustertest.Managed{}},
			PriorityClass: "high", Monitoring: []pulumi.Resource{},
		}, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		return err
	}
}

func TestManagedIsWatched(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, watchedByUs(t))
		made := mocks.As[*appsv1.Deployment](t, rec.Get(t, "kubernetes:apps/v1:Deployment", exporterName)).Spec
		assert.Equal(t, appsv1.RecreateDeploymentStrategyType, made.Strategy.Type, "two exporters would count everything twice")
		pod := made.Template.Spec
		assert.False(t, *pod.AutomountServiceAccountToken)
		assert.Equal(t, "high", pod.PriorityClassName)
		require.Len(t, pod.Containers, 1)
		variables := mocks.Variables(pod.Containers[0])
		assert.Equal(t, "postgres.managed.example:5432/orders?sslmode=require", variables["DATA_SOURCE_URI"])
		assert.Equal(t, "orders", variables["DATA_SOURCE_USER"])
		directory, file, _ := strings.Cut(variables["DATA_SOURCE_PASS_FILE"], "/exporter/")
		assert.Equal(t, directory+"/exporter", pod.Containers[0].VolumeMounts[0].MountPath)
		secret := rec.Get(t, "kubernetes:core/v1:Secret", exporterName)
		assert.IsType(t, mocks.Secret(""), secret.Inputs["stringData"])
		assert.Equal(t, []corev1.KeyToPath{{Key: file, Path: file}}, pod.Volumes[0].Secret.Items)

		policy := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, exporterName)).Spec
		assert.Empty(t, policy.Ingress)
		require.Len(t, policy.Egress, 1, "it reaches the server and nothing else")
		assert.Equal(t, "10.0.208.0/20", policy.Egress[0].To[0].IPBlock.CIDR)
		assert.Equal(t, int32(5432), policy.Egress[0].Ports[0].Port.IntVal)
		scrape := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, exporterName+"-metrics")).Spec
		assert.Equal(t, int32(metricsPort), scrape.Ingress[0].Ports[0].Port.IntVal)
		assert.True(t, rec.Has("kubernetes:monitoring.coreos.com/v1:PodMonitor", exporterName))
		groups := rec.Get(t, "kubernetes:monitoring.coreos.com/v1:PrometheusRule", exporterName).At("spec.groups")
		assert.Len(t, mocks.One(t, groups)["rules"], 2)
	})
	unwatched := mocks.Up(t, runByCloud(t, Spec{Mode: spec.Managed}, &clustertest.Services{DataServices: &clustertest.Managed{}}, false))
	assert.Empty(t, unwatched.ByType("kubernetes:apps/v1:Deployment"))
	assert.Empty(t, unwatched.ByType(policyType))
}
