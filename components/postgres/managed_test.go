package postgres

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/plinth-iac/plinth/components/backup"
	"github.com/plinth-iac/plinth/components/cluster/clustertest"
	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const managedPasswordType = "random:index/randomPassword:RandomPassword"

// runByCloud makes a server in the cloud of services; nil is a cluster that Plinth did not make.
func runByCloud(t *testing.T, s Spec, services *clustertest.Services, keep bool) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		args := &Args{
			Spec: s.Complete(), Namespace: pulumi.String("data"), NamespaceName: "data", Random: mocks.Random(t, ctx), KeepData: keep,
		}
		if services != nil {
			args.Services = services
		}
		p, err := New(ctx, "postgres", args, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		if err != nil {
			return err
		}
		ctx.Export("values", p.Connection.Values)
		ctx.Export("keys", pulumi.ToStringArray(p.Connection.Keys))
		assert.Equal(t, network.Peer{CIDR: "10.0.208.0/20", Ports: []int{5432}}, p.Connection.Server)
		return nil
	}
}

func TestManaged(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		cloud := &clustertest.Managed{}
		s := Spec{
			Mode: spec.Managed, Version: 16, Database: "orders", CPU: "2", Memory: "8Gi", Storage: "100Gi",
			Parameters: map[string]string{"work_mem": "8MB"}, Backup: Backup{Spec: backup.Spec{KeepDays: 14}},
		}
		rec := run(t, runByCloud(t, s, &clustertest.Services{DataServices: cloud}, true))
		asked := cloud.Postgres["postgres"]
		assert.Equal(t, 16, asked.Version)
		assert.Equal(t, "orders", asked.Database)
		assert.Equal(t, []spec.Quantity{"2", "8Gi", "100Gi"}, []spec.Quantity{asked.CPU, asked.Memory, asked.Storage})
		assert.Equal(t, s.Parameters, asked.Parameters)
		assert.Equal(t, 14, asked.KeepDays)
		assert.True(t, asked.Protect)

		require.Len(t, asked.After, 1, "another mode, less storage or a lower version is refused before the server is touched")
		record := mocks.As[*corev1.ConfigMap](t, rec.Get(t, "kubernetes:core/v1:ConfigMap", "postgres-record"))
		assert.Equal(t, map[string]string{"plinth.dev/mode": "managed", "plinth.dev/storage": "100Gi", "plinth.dev/version": "16"}, record.Annotations)

		assert.False(t, rec.Get(t, managedPasswordType, "postgres-password").Protect, "a protected password could not be rotated")
		assert.Empty(t, rec.ByType("kubernetes:apps/v1:StatefulSet"))
		assert.IsType(t, mocks.Conceal(""), rec.Outputs["values"])

		single := run(t, inSingle(t))
		assert.Equal(t, single.Outputs["keys"], rec.Outputs["keys"], "a change of mode changes nothing for the workloads")
	})
}

func inSingle(t *testing.T) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		p, err := New(ctx, "postgres", &Args{
			Spec: Spec{}.Complete(), Namespace: pulumi.String("data"), NamespaceName: "data", Random: mocks.Random(t, ctx),
		}, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		if err != nil {
			return err
		}
		ctx.Export("keys", pulumi.ToStringArray(p.Connection.Keys))
		return nil
	}
}

func TestManagedConnection(t *testing.T) {
	t.Parallel()
	values := func(ca string) map[string]any {
		services := &clustertest.Services{DataServices: &clustertest.Managed{CA: ca}}
		return mocks.Up(t, runByCloud(t, Spec{Mode: spec.Managed}, services, false)).Outputs["values"].(mocks.Secret).Reveal().(map[string]any)
	}
	plain := values("")
	assert.Equal(t, "postgresql://app:"+plain[connection.Password].(string)+"@postgres.managed.example:5432/app?sslmode=require", plain[connection.URI])
	assert.Equal(t, "postgres.managed.example", plain[connection.ReadOnlyHost])
	assert.NotContains(t, plain, connection.CA)
	assert.Equal(t, "PEM", values("PEM")[connection.CA])
}

func TestRotate(t *testing.T) {
	t.Parallel()
	for rotate, keepers := range map[int]any{0: nil, 2: map[string]any{"rotation": "2"}} {
		services := &clustertest.Services{DataServices: &clustertest.Managed{}}
		rec := mocks.Up(t, runByCloud(t, Spec{Mode: spec.Managed, Rotate: rotate}, services, false))
		assert.Equal(t, keepers, rec.Get(t, managedPasswordType, "postgres-password").Inputs["keepers"])
	}
}

func TestManagedElsewhere(t *testing.T) {
	t.Parallel()
	err := mocks.Fail(t, runByCloud(t, Spec{Mode: spec.Managed}, nil, false))
	require.ErrorContains(t, err, `plinth:postgres.mode: found "managed"`)
	assert.ErrorContains(t, err, "use mode: ha")
}

func TestValidateCloud(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cloud   string
		spec    Spec
		path    spec.Path
		allowed string
		remedy  string
	}{
		"aws":                {"aws", Spec{Mode: spec.Managed, Version: 18, CPU: "4", Memory: "16Gi", Storage: "64Ti", Rotate: 1}, "", "", ""},
		"gcp":                {"gcp", Spec{Mode: spec.Managed, Version: 18}, "", "", ""},
		"azure":              {"azure", Spec{Mode: spec.Managed}, "", "", ""},
		"single":             {"existing", Spec{}, "", "", ""},
		"existing":           {"existing", Spec{Mode: spec.Managed}, "postgres.mode", "a managed service is a cloud's", "use mode: ha"},
		"version":            {"azure", Spec{Mode: spec.Managed, Version: 18}, "postgres.version", "15, 16, 17 on azure", "use 17, the nearest, or mode: ha"},
		"size":               {"gcp", Spec{Mode: spec.Managed, Memory: "700Gi"}, "postgres", "at most cpu 96 and memory 624Gi on gcp, as db-custom-96-638976", "lower"},
		"storage":            {"aws", Spec{Mode: spec.Managed, Storage: "65Ti"}, "postgres.storage", "at most 65536Gi on aws", "lower it"},
		"name":               {"azure", Spec{Mode: spec.Managed, Database: "admin"}, "postgres.database", "a name that azure does not use itself", "choose another"},
		"retention":          {"aws", Spec{Mode: spec.Managed, Backup: Backup{Spec: backup.Spec{KeepDays: 36}}}, "postgres.backup.keepDays", "at most 35 on aws", "lower it to 35"},
		"schedule":           {"gcp", Spec{Mode: spec.Managed, Backup: Backup{Spec: backup.Spec{Schedule: "0 4 * * *"}}}, "postgres.backup.schedule", "the cloud's own schedule", "remove it"},
		"rotation in single": {"aws", Spec{Rotate: 1}, "postgres.rotate", "no rotation", "remove it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var problems spec.Problems
			test.spec.Complete().ValidateCloud(test.cloud, 3, "postgres", &problems)
			if test.path == "" {
				assert.Empty(t, problems.Errors)
				return
			}
			require.Len(t, problems.Errors, 1)
			assert.Equal(t, test.path, problems.Errors[0].Path)
			assert.Contains(t, problems.Errors[0].Allowed, test.allowed)
			assert.Contains(t, problems.Errors[0].Remedy, test.remedy)
		})
	}
}
