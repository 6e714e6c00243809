package operators

import (
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	deploymentType   = "kubernetes:apps/v1:Deployment"
	installationType = "plinth:charts:Installation"
)

// rabbitmq is a program that makes something before the operators, the operators, and something after them.
func rabbitmq(t *testing.T, args RabbitMQArgs) pulumi.RunFunc {
	args.Data, args.Mirror = "data", chartstest.Manifests(t, "rabbitmq-system", charts.RabbitMQClusterOperator, charts.RabbitMQTopologyOperator)
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
		ready, err := NewRabbitMQ(ctx, "rabbitmq-operator", &args, provider)
		if err != nil {
			return err
		}
		if _, err := corev1.NewConfigMap(ctx, "broker", &corev1.ConfigMapArgs{}, pulumi.Parent(h), pulumi.DependsOn(ready)); err != nil {
			return err
		}
		return ctx.RegisterResourceOutputs(h, pulumi.Map{})
	}
}

func TestRabbitMQ(t *testing.T) {
	t.Parallel()
	program := rabbitmq(t, RabbitMQArgs{})
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program)

		brokers := rec.Get(t, deploymentType, "rabbitmq-operator-deployment-rabbitmq-cluster-operator")
		topology := rec.Get(t, deploymentType, "rabbitmq-operator-topology-deployment-rabbitmq-messaging-topology-operator")
		certificates := rec.Get(t, configType, "cert-manager").URN
		assert.Contains(t, rec.Get(t, installationType, "rabbitmq-operator").Dependencies, certificates)
		assert.NotContains(t, rec.Get(t, installationType, "rabbitmq-operator-topology").Dependencies, brokers.URN, "the two come up side by side")
		after := rec.Get(t, configType, "broker").Dependencies
		assert.Contains(t, after, brokers.URN)
		assert.Contains(t, after, topology.URN)

		for _, name := range []string{"rabbitmq-operator-rabbitmq-cluster-operator", "rabbitmq-operator-topology-messaging-topology-operator"} {
			policy := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, name)).Spec
			assert.Equal(t, int32(9443), policy.Ingress[0].Ports[0].Port.IntVal, name)
			assert.Equal(t, "rabbitmq-ha", policy.Egress[1].To[0].PodSelector.MatchLabels["app.kubernetes.io/name"], name)
			require.Len(t, policy.Egress[1].Ports, 1, name)
			assert.Equal(t, int32(15672), policy.Egress[1].Ports[0].Port.IntVal, "%s: the brokers' only port for it", name)
		}
	})
}

func TestRabbitMQSimulated(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, rabbitmq(t, RabbitMQArgs{Args: Args{Simulated: true}}))
	for _, name := range rec.Names() {
		assert.NotContains(t, name, "WebhookConfiguration", "nobody would answer it on simulated nodes")
	}
}
