package rabbitmq

import (
	"encoding/base64"
	"encoding/json"
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

const exporterName = "rabbitmq-exporter"

func watched(t *testing.T, rotate int) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "rabbitmq", &Args{
			Spec:      Spec{Mode: spec.Managed, Rotate: rotate, Queues: []Queue{{Name: "orders"}}}.Complete(),
			Namespace: pulumi.String("data"), NamespaceName: "data", Random: mocks.Random(t, ctx),
			Services:   &clustertest.Services{DataServices: &clustertest.Managed{}},
			Monitoring: []pulumi.Resource{},
		}, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		return err
	}
}

func TestManagedIsWatched(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, watched(t, 3))
		pod := mocks.As[*appsv1.Deployment](t, rec.Get(t, "kubernetes:apps/v1:Deployment", exporterName)).Spec.Template.Spec
		assert.Equal(t, int64(10001), *pod.SecurityContext.RunAsUser)
		assert.Equal(t, "256Mi", pod.Containers[0].Resources.Limits.Memory().String(), "a collector does not live in what an exporter does")
		assert.Empty(t, pod.Containers[0].Env)
		assert.Equal(t, []string{"--config", "/run/secrets/exporter/config.json"}, pod.Containers[0].Args)
		assert.Equal(t, "/run/secrets/exporter", pod.Containers[0].VolumeMounts[0].MountPath)
		assert.IsType(t, mocks.Conceal(""), rec.Get(t, "kubernetes:core/v1:Secret", exporterName).Inputs["stringData"])

		policy := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", exporterName)).Spec
		assert.Empty(t, policy.Ingress)
		require.Len(t, policy.Egress, 1, "it reaches the broker's API and nothing else")
		assert.Equal(t, "10.0.208.0/20", policy.Egress[0].To[0].IPBlock.CIDR)
		assert.Equal(t, 443, policy.Egress[0].Ports[0].Port.IntValue())
		scrape := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", exporterName+"-metrics")).Spec
		assert.Equal(t, int(pod.Containers[0].Ports[0].ContainerPort), scrape.Ingress[0].Ports[0].Port.IntValue())
		assert.True(t, rec.Has("kubernetes:monitoring.coreos.com/v1:PodMonitor", exporterName))
		assert.True(t, rec.Has("kubernetes:monitoring.coreos.com/v1:PrometheusRule", exporterName))
		assert.Equal(t, map[string]any{"rotation": "3"}, rec.Get(t, passwordType, "rabbitmq-monitor-password").Inputs["keepers"])
	})
	unwatched := mocks.Up(t, onCloud(t, Spec{Mode: spec.Managed}, &clustertest.Services{DataServices: &clustertest.Managed{}}, false))
	assert.Empty(t, unwatched.ByType("kubernetes:apps/v1:Deployment"))
	assert.False(t, unwatched.Has(passwordType, "rabbitmq-monitor-password"))
}

// TestMonitor: who asks for metrics is known to the broker by the password that the collector has, sees all and touches nothing.
func TestMonitor(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, watched(t, 0))
	var c struct {
		Receivers struct {
			RabbitMQ struct {
				Endpoint, Username, Password string
				Metrics                      map[string]struct{ Enabled bool }
			}
		}
		Exporters struct{ Prometheus struct{ Endpoint string } }
	}
	secret := mocks.As[*corev1.Secret](t, rec.Get(t, "kubernetes:core/v1:Secret", exporterName))
	require.NoError(t, json.Unmarshal([]byte(secret.StringData[collectorFile]), &c))
	asks := c.Receivers.RabbitMQ
	assert.Equal(t, "https://rabbitmq.managed.example", asks.Endpoint)
	assert.True(t, asks.Metrics["rabbitmq.node.mem_alarm"].Enabled)
	assert.Equal(t, "0.0.0.0:8889", c.Exporters.Prometheus.Endpoint)

	declared := mocks.As[*corev1.Secret](t, rec.Get(t, "kubernetes:core/v1:Secret", "rabbitmq-declare"))
	assert.False(t, strings.Contains(declared.StringData[requestFile], asks.Password), "it is no administrator")
	var d definitions
	require.NoError(t, json.Unmarshal([]byte(declared.StringData[definitionsFile]), &d))
	require.Len(t, d.Users, 2)
	monitor := d.Users[1]
	assert.Equal(t, asks.Username, monitor.Name)
	assert.Equal(t, []string{"monitoring"}, monitor.Tags)
	hash, err := base64.StdEncoding.DecodeString(monitor.PasswordHash)
	require.NoError(t, err)
	assert.True(t, passwordHash(asks.Password, string(hash[:4])) == monitor.PasswordHash, "the broker knows another password")
	assert.Equal(t, permissionDefinition{User: monitorName, VHost: "/", Configure: "^$", Write: "^$", Read: "^$"}, d.Permissions[1])
}
