package redis

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/cluster/clustertest"
	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const passwordType = "random:index/randomPassword:RandomPassword"

func onCloud(t *testing.T, s Spec, services *clustertest.Services, keep bool) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		args := &Args{
			Spec: s.Complete(), Namespace: pulumi.String("data"), NamespaceName: "data", Random: mocks.Random(t, ctx), KeepData: keep,
		}
		if services != nil {
			args.Services = services
		}
		r, err := New(ctx, "redis", args, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		if err != nil {
			return err
		}
		ctx.Export("values", r.Connection.Values)
		ctx.Export("keys", pulumi.ToStringArray(r.Connection.Keys))
		assert.Equal(t, network.Peer{CIDR: "10.0.208.0/20", Ports: []int{6379}}, r.Connection.Server)
		return nil
	}
}

func TestManaged(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		cloud := &clustertest.Managed{}
		rec := run(t, onCloud(t, Spec{Mode: spec.Managed, Memory: "1Gi", Eviction: "allkeys-lru"}, &clustertest.Services{DataServices: cloud}, true))
		asked := cloud.Redis["redis"]
		assert.Equal(t, spec.Quantity("1Gi"), asked.Memory)
		assert.Equal(t, "allkeys-lru", asked.Eviction)
		assert.True(t, asked.Protect)
		require.Len(t, asked.After, 1, "another mode is refused before the server is touched")
		assert.Equal(t, "managed", rec.Get(t, "kubernetes:core/v1:ConfigMap", "redis-record").Inputs["metadata"].(map[string]any)["annotations"].(map[string]any)["plinth.dev/mode"])
		assert.False(t, rec.Get(t, passwordType, "redis-password").Protect, "a protected password could not be rotated")
		assert.Empty(t, rec.ByType("kubernetes:apps/v1:StatefulSet"))
		assert.Equal(t, []any{"host", "password", "port", "uri", "username"}, rec.Outputs["keys"], "the same as in mode single")
		assert.IsType(t, mocks.Conceal(""), rec.Outputs["values"])
	})
}

func TestManagedConnection(t *testing.T) {
	t.Parallel()
	values := func(cloud *clustertest.Managed) map[string]any {
		rec := mocks.Up(t, onCloud(t, Spec{Mode: spec.Managed}, &clustertest.Services{DataServices: cloud}, false), mocks.WithSecrets("made-by-the-cloud"))
		return rec.Outputs["values"].(mocks.Secret).Reveal().(map[string]any)
	}
	own := values(&clustertest.Managed{})
	assert.Equal(t, "rediss://default:"+own[connection.Password].(string)+"@redis.managed.example:6379/0", own[connection.URI])
	assert.NotContains(t, own, connection.CA)

	given := values(&clustertest.Managed{Password: "made-by-the-cloud", CA: "PEM"})
	assert.Equal(t, "rediss://default:made-by-the-cloud@redis.managed.example:6379/0", given[connection.URI])
	assert.Equal(t, "PEM", given[connection.CA])
}

func TestRotate(t *testing.T) {
	t.Parallel()
	for rotate, keepers := range map[int]any{0: nil, 2: map[string]any{"rotation": "2"}} {
		cloud := &clustertest.Managed{}
		rec := mocks.Up(t, onCloud(t, Spec{Mode: spec.Managed, Rotate: rotate}, &clustertest.Services{DataServices: cloud}, false))
		assert.Equal(t, keepers, rec.Get(t, passwordType, "redis-password").Inputs["keepers"])
		assert.Equal(t, rotate, cloud.Redis["redis"].Rotation)
	}
}

func TestManagedElsewhere(t *testing.T) {
	t.Parallel()
	err := mocks.Fail(t, onCloud(t, Spec{Mode: spec.Managed}, nil, false))
	require.ErrorContains(t, err, `plinth:redis.mode: found "managed"`)
	assert.ErrorContains(t, err, "use mode: ha")
}

func TestValidateCloud(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cloud string
		spec  Spec
		want  []spec.Problem
	}{
		"aws":      {"aws", Spec{Mode: spec.Managed, Memory: "400Gi", CPU: "60", Rotate: 3}, nil},
		"gcp":      {"gcp", Spec{Mode: spec.Managed, Memory: "300Gi"}, nil},
		"azure":    {"azure", Spec{Mode: spec.Managed, Memory: "120Gi", Rotate: 1}, nil},
		"single":   {"existing", Spec{}, nil},
		"existing": {"existing", Spec{Mode: spec.Managed}, []spec.Problem{{Path: "redis.mode", Found: `"managed"`}}},
		"too big for aws": {"aws", Spec{Mode: spec.Managed, Memory: "420Gi"}, []spec.Problem{
			{Path: "redis", Found: `"cpu 100m, memory 420Gi"`, Allowed: "at most cpu 64 and memory 419.1Gi on aws, as cache.r7g.16xlarge"},
		}},
		"too big for gcp":    {"gcp", Spec{Mode: spec.Managed, Memory: "300.5Gi"}, []spec.Problem{{Path: "redis.memory", Found: `"300.5Gi"`, Allowed: "at most 300Gi on gcp"}}},
		"rotation on gcp":    {"gcp", Spec{Mode: spec.Managed, Rotate: 1}, []spec.Problem{{Path: "redis.rotate", Found: `"1"`}}},
		"rotation in single": {"aws", Spec{Rotate: 1}, []spec.Problem{{Path: "redis.rotate", Found: `"1"`}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var problems spec.Problems
			test.spec.Complete().ValidateCloud(test.cloud, 3, "redis", &problems)
			require.Len(t, problems.Errors, len(test.want))
			for i, want := range test.want {
				got := problems.Errors[i]
				assert.Equal(t, want.Path, got.Path)
				assert.Equal(t, want.Found, got.Found)
				assert.Contains(t, got.Allowed, want.Allowed)
				assert.NotEmpty(t, got.Remedy)
			}
		})
	}
}
