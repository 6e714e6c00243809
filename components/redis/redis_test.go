package redis

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func program(t *testing.T, s Spec) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		r, err := New(ctx, "redis", &Args{
			Spec: s.Complete(), Namespace: pulumi.String("data"), NamespaceName: "data", Random: mocks.Random(t, ctx),
		}, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		if err != nil {
			return err
		}
		ctx.Export("values", r.Connection.Values)
		return nil
	}
}

func TestRedis(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, Spec{Memory: "1Gi", Eviction: "allkeys-lru"}))

		pod := mocks.As[*appsv1.StatefulSet](t, rec.Get(t, "kubernetes:apps/v1:StatefulSet", "redis")).Spec.Template.Spec
		require.Len(t, pod.Containers, 2)
		server := pod.Containers[0]
		assert.Equal(t, []string{"redis-server", "/etc/redis/redis.conf"}, server.Command)
		assert.Contains(t, strings.Join(server.LivenessProbe.Exec.Command, " "), "LOADING")
		assert.NotContains(t, strings.Join(server.ReadinessProbe.Exec.Command, " "), "LOADING")

		conf := mocks.As[*corev1.ConfigMap](t, rec.Get(t, "kubernetes:core/v1:ConfigMap", "redis")).Data["redis.conf"]
		for _, line := range []string{
			"maxmemory 805306368", "maxmemory-policy allkeys-lru", "save 900 1 300 10 60 10000", "appendonly yes", "appendfsync everysec",
		} {
			assert.Contains(t, conf, line+"\n")
		}
		assert.NotContains(t, rec.Get(t, "random:index/randomPassword:RandomPassword", "redis-password").Inputs, "keepers")
	})
}

func TestConnection(t *testing.T) {
	t.Parallel()
	values := mocks.Up(t, program(t, Spec{})).Outputs["values"].(mocks.Secret).Reveal().(map[string]any)
	assert.Equal(t, fmt.Sprintf("redis://default:%s@redis.data.svc:6379/0", values[connection.Password]), values[connection.URI])
	assert.NotContains(t, values, connection.Database)
}

func TestUsers(t *testing.T) {
	t.Parallel()
	acl := users("one", "two")
	assert.Contains(t, acl, fmt.Sprintf("user default on #%x ", sha256.Sum256([]byte("one"))))
	assert.Contains(t, acl, fmt.Sprintf("user exporter on #%x ", sha256.Sum256([]byte("two"))))
	assert.NotContains(t, acl, "nopass")
	assert.NotContains(t, acl, ">", "a plain password")
}

func TestMaxMemory(t *testing.T) {
	t.Parallel()
	for memory, want := range map[spec.Quantity]string{
		"64Mi": "50331648", "256Mi": "201326592", "1Gi": "805306368", "64Gi": "51539607552",
	} {
		assert.Contains(t, configuration(Spec{Memory: memory}.Complete()), "\nmaxmemory "+want+"\n", memory)
	}
}

func TestUnknownMode(t *testing.T) {
	t.Parallel()
	assert.ErrorContains(t, mocks.Fail(t, program(t, Spec{Mode: "cluster"})), "set plinth:redis.mode to single, ha or managed")
}
