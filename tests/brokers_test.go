package tests

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// brokers are the stack file with Redis and RabbitMQ highly available.
func brokers(t testing.TB, stack string) mocks.Option {
	t.Helper()
	mirror := chartstest.Manifests(t, "rabbitmq-system", charts.RabbitMQClusterOperator, charts.RabbitMQTopologyOperator)
	return asConfig(t, map[string]any{
		"plinth:charts": mirror,
		"plinth:redis":  map[string]any{"mode": "ha"},
		"plinth:rabbitmq": map[string]any{
			"mode": "ha", "queues": []any{map[string]any{"name": "medical_data", "deadLetter": true}},
		},
	})
}

// What mode ha registers is the same in every environment and on every cloud, in up and in preview.
func TestBrokersInModeHA(t *testing.T) {
	t.Parallel()
	for _, stack := range environments {
		for _, cloud := range append(slices.Sorted(maps.Keys(clouds)), "existing") {
			t.Run(stack+"-on-"+cloud, func(t *testing.T) {
				t.Parallel()
				options := []mocks.Option{brokers(t, stack), mocks.WithStack(stack)}
				if cloud == "existing" {
					options = append([]mocks.Option{asConfig(t, map[string]any{"plinth:cloud": "existing"})}, options...)
				} else {
					options = append(onCloud(t, stack, cloud), options...)
				}
				mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
					checkBrokers(t, stack, cloud, run(t, stacks.Platform, options...))
				})
			})
		}
	}
}

func checkBrokers(t *testing.T, stack, cloud string, r *mocks.Recording) {
	t.Helper()
	servers := r.Get(t, "kubernetes:redis.redis.opstreelabs.in/v1beta2:RedisReplication", "redis-ha")
	cluster := r.Get(t, "kubernetes:rabbitmq.com/v1beta1:RabbitmqCluster", "rabbitmq-ha")
	for _, res := range []*mocks.Resource{servers, cluster} {
		assert.Equal(t, stack == "prod", res.Protect, res.Name)
		assert.Equal(t, stack == "prod", res.RetainOnDelete, res.Name)
	}
	assert.Contains(t, servers.Dependencies, r.Get(t, "kubernetes:helm.sh/v3:Release", "redis-operator").URN)
	for _, operator := range []string{
		"rabbitmq-operator-deployment-rabbitmq-cluster-operator", "rabbitmq-operator-topology-deployment-rabbitmq-messaging-topology-operator",
	} {
		assert.Contains(t, cluster.Dependencies, r.Get(t, "kubernetes:apps/v1:Deployment", operator).URN)
	}
	assert.Equal(t, cloud != "existing" && stack != "dev", r.Has("kubernetes:batch/v1:CronJob", "redis-ha-backup"),
		"snapshots are taken where there is somewhere to put them, and not of what is breakable")
	assert.True(t, hasCertManager(r, "rabbitmq-operator"), "its webhooks need certificates")
	assert.False(t, r.Has("kubernetes:apps/v1:StatefulSet", "redis"), "mode single is gone")
	assert.False(t, r.Has("kubernetes:apps/v1:StatefulSet", "rabbitmq"), "mode single is gone")
}

// hasCertManager tells whether an installation waits for cert-manager.
func hasCertManager(r *mocks.Recording, installation string) bool {
	for _, res := range r.ByType("plinth:charts:Installation") {
		if res.Name == installation {
			return slices.ContainsFunc(res.Dependencies, func(urn string) bool { return strings.Contains(urn, "cert-manager") })
		}
	}
	return false
}

// The workloads that use a data service are named by the file alone, and see the same whatever its mode.
func TestWorkloadsSeeTheSameInEveryMode(t *testing.T) {
	t.Parallel()
	environment := func(more ...mocks.Option) map[string]bool {
		r := mocks.Up(t, stacks.Platform, append(onCloud(t, "prod", "aws"), more...)...)
		names := map[string]bool{}
		for _, res := range r.ByType("kubernetes:apps/v1:Deployment") {
			if !strings.Contains(res.Name, "operator") {
				for _, variable := range variables(res) {
					names[res.Name+" "+variable] = true
				}
			}
		}
		require.NotEmpty(t, names)
		return names
	}
	single, ha := environment(), environment(brokers(t, "prod"))
	for name := range single {
		assert.True(t, ha[name], "%s is there in mode single only", name)
	}
}

func variables(deployment *mocks.Resource) []string {
	var names []string
	flatten("", deployment.Inputs["spec"], func(path string, value any) {
		if strings.Contains(path, "env") && strings.HasSuffix(path, "name") {
			if text, ok := value.(string); ok {
				names = append(names, text)
			}
		}
	})
	return names
}
