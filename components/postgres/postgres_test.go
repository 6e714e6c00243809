package postgres

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// program makes a Postgres, on a cluster without services unless change gives it some.
func program(t *testing.T, s Spec, change func(*Args)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		args := &Args{
			Spec: s.Complete(), Namespace: pulumi.String("data"), NamespaceName: "data",
			Clients: []network.Peer{{Namespace: "apps", App: "auth"}},
			Random:  mocks.Random(t, ctx), PriorityClass: "plinth-high",
		}
		if change != nil {
			change(args)
		}
		p, err := New(ctx, "postgres", args, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		if err != nil {
			return err
		}
		ctx.Export("values", p.Connection.Values)
		ctx.Export("keys", pulumi.ToStringArray(p.Connection.Keys))
		return nil
	}
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, Spec{}, nil))

		pod := mocks.As[*appsv1.StatefulSet](t, rec.Get(t, "kubernetes:apps/v1:StatefulSet", "postgres")).Spec.Template.Spec
		require.Len(t, pod.Containers, 2)
		server := pod.Containers[0]
		assert.Equal(t, "docker.io/library/postgres:17.11-bookworm", server.Image)
		assert.Equal(t, server.Resources.Requests.Memory().Value(), server.Resources.Limits.Memory().Value())
		assert.Contains(t, strings.Join(server.LivenessProbe.Exec.Command, " "), "pg_isready")
		assert.Contains(t, strings.Join(server.ReadinessProbe.Exec.Command, " "), "SELECT 1")
		assert.NotNil(t, server.Lifecycle.PostStart.Exec)
		for _, container := range pod.Containers {
			for _, env := range container.Env {
				assert.Nil(t, env.ValueFrom, "%s of %s: passwords are files, not environment", env.Name, container.Name)
			}
		}

		password := rec.Get(t, "random:index/randomPassword:RandomPassword", "postgres-password")
		assert.NotContains(t, password.Inputs, "keepers", "a keeper would change the password, which the clients hold")
		assert.Equal(t, false, password.Inputs["special"], "a special character would need escaping in the URI")

		conf := mocks.As[*corev1.ConfigMap](t, rec.Get(t, "kubernetes:core/v1:ConfigMap", "postgres")).Data
		assert.Contains(t, conf["postgresql.conf"], "shared_buffers = '131072kB'")
		assert.Empty(t, mocks.As[*corev1.ConfigMap](t, rec.Get(t, "kubernetes:core/v1:ConfigMap", "postgres")).Name,
			"only with a generated name does a change make a rollout")
		assert.Equal(t, []any{"database", "host", "password", "port", "readonly_host", "uri", "username"}, rec.Outputs["keys"])
		assert.IsType(t, mocks.Conceal(""), rec.Outputs["values"])
	})
}

func TestConnection(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{Database: "orders"}, nil))
	values := rec.Outputs["values"].(mocks.Secret).Reveal().(map[string]any)
	password, _ := values[connection.Password].(string)
	require.Len(t, password, 32)
	delete(values, connection.Password)
	assert.Equal(t, map[string]any{
		connection.Host: "postgres.data.svc", connection.Port: "5432", connection.Username: "orders",
		connection.Database: "orders", connection.ReadOnlyHost: "postgres.data.svc",
		connection.URI: "postgresql://orders:" + password + "@postgres.data.svc:5432/orders?sslmode=disable",
	}, values)
}

func TestKeepData(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{false, true} {
		rec := mocks.Up(t, program(t, Spec{}, func(args *Args) { args.KeepData = keep }))
		for _, password := range rec.ByType("random:index/randomPassword:RandomPassword") {
			assert.Equal(t, keep, password.Protect, password.Name)
		}
		assert.Equal(t, keep, rec.Get(t, "kubernetes:core/v1:PersistentVolumeClaim", "postgres-data").Protect)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spec Spec
		want string
	}{
		"mode":    {Spec{Mode: "triple"}, `postgres mode "triple" is not there`},
		"recover": {Spec{Recover: &Recover{From: "postgres-backup"}}, "postgres cannot be recovered from postgres-backup"},
		"version": {Spec{Version: 12}, "postgres version 12 is not supported"},
		"owned":   {Spec{Parameters: map[string]string{"Port": "1"}}, "postgres parameter Port cannot be set"},
		"line":    {Spec{Parameters: map[string]string{"work_mem": "1MB\nport = 1"}}, `postgres parameter "work_mem"`},
		"name":    {Spec{Parameters: map[string]string{"x = 1 #": "1"}}, `postgres parameter "x = 1 #"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.ErrorContains(t, mocks.Fail(t, program(t, test.spec, nil)), test.want)
		})
	}
}

func TestTuned(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		memory, storage int64
		want            map[string]string
	}{
		"smallest": {256 * mib, gib, map[string]string{
			"shared_buffers": "65536kB", "effective_cache_size": "196608kB", "max_connections": "28", "work_mem": "2340kB",
			"maintenance_work_mem": "16384kB", "max_wal_size": "131072kB", "min_wal_size": "32768kB",
		}},
		"default": {512 * mib, 10 * gib, map[string]string{
			"shared_buffers": "131072kB", "max_connections": "56", "work_mem": "2340kB", "max_wal_size": "1048576kB",
		}},
		"large": {64 * gib, 500 * gib, map[string]string{
			"shared_buffers": "16777216kB", "max_connections": "500", "work_mem": "33554kB",
			"maintenance_work_mem": "2097152kB", "max_wal_size": "4194304kB",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tuned(test.memory, test.storage)
			for _, setting := range slices.Sorted(maps.Keys(test.want)) {
				assert.Equal(t, test.want[setting], got[setting], setting)
			}
		})
	}
}

func TestParametersOverride(t *testing.T) {
	t.Parallel()
	b := builder{spec: Spec{Parameters: map[string]string{"Work_Mem": "8MB", "search_path": `it's "here"`}}.Complete()}
	settings, err := b.settings()
	require.NoError(t, err)
	conf := configuration(settings)
	assert.Contains(t, conf, "work_mem = '8MB'\n")
	assert.Equal(t, 1, strings.Count(conf, "\nwork_mem ="))
	assert.Contains(t, conf, `search_path = 'it''s "here"'`)
}
