package redis

import (
	"encoding/json"
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

const exporterName = "redis-exporter"

func TestManagedIsWatched(t *testing.T) {
	t.Parallel()
	for name, ca := range map[string]string{"known to everyone": "", "with its own authority": "-----BEGIN CERTIFICATE-----"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				rec := run(t, func(ctx *pulumi.Context) error {
					_, err := New(ctx, "redis", &Args{
						Spec: Spec{Mode: spec.Managed}.Complete(), Namespace: pulumi.String("data"), NamespaceName: "data", Random: mocks.Random(t, ctx),
						Services:   &clustertest.Services{DataServices: &clustertest.Managed{Password: "secret", CA: ca}},
						Monitoring: []pulumi.Resource{},
					}, pulumi.Provider(mocks.Kubernetes(t, ctx)))
					return err
				})
				pod := mocks.As[*appsv1.Deployment](t, rec.Get(t, "kubernetes:apps/v1:Deployment", exporterName)).Spec.Template.Spec
				variables := mocks.Variables(pod.Containers[0])
				const directory = "/run/secrets/exporter/"
				assert.Equal(t, "rediss://redis.managed.example:6379", variables["REDIS_ADDR"])
				assert.Equal(t, directory+exporterPasswordKey, variables["REDIS_PASSWORD_FILE"])
				assert.Equal(t, "-", variables["REDIS_EXPORTER_CONFIG_COMMAND"])

				secret := rec.Get(t, "kubernetes:core/v1:Secret", exporterName)
				assert.IsType(t, mocks.Secret(""), secret.Inputs["stringData"])
				files := mocks.As[*corev1.Secret](t, secret).StringData
				var passwords map[string]string
				require.NoError(t, json.Unmarshal([]byte(files[exporterPasswordKey]), &passwords))
				assert.Equal(t, map[string]string{variables["REDIS_ADDR"]: "secret"}, passwords, "the exporter looks it up by the address")
				assert.Equal(t, ca, files[caKey])
				if ca == "" {
					assert.NotContains(t, variables, "REDIS_EXPORTER_TLS_CA_CERT_FILE")
				} else {
					assert.Equal(t, directory+caKey, variables["REDIS_EXPORTER_TLS_CA_CERT_FILE"])
				}

				policy := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", exporterName)).Spec
				assert.Empty(t, policy.Ingress)
				require.Len(t, policy.Egress, 1, "it reaches the server and nothing else")
				assert.Equal(t, "10.0.208.0/20", policy.Egress[0].To[0].IPBlock.CIDR)
				assert.True(t, rec.Has("kubernetes:monitoring.coreos.com/v1:PodMonitor", exporterName))
				assert.True(t, rec.Has("kubernetes:monitoring.coreos.com/v1:PrometheusRule", exporterName))
			})
		})
	}
	unwatched := mocks.Up(t, onCloud(t, Spec{Mode: spec.Managed}, &clustertest.Services{DataServices: &clustertest.Managed{}}, false))
	assert.Empty(t, unwatched.ByType("kubernetes:apps/v1:Deployment"))
}
