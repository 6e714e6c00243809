package redis

import (
	"fmt"
	"strings"
	"testing"

	corev1args "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/plinth-iac/plinth/components/backup"
	"github.com/plinth-iac/plinth/components/cluster/clustertest"
	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	replicationType = "kubernetes:redis.redis.opstreelabs.in/v1beta2:RedisReplication"
	sentinelType    = "kubernetes:redis.redis.opstreelabs.in/v1beta2:RedisSentinel"
	rulesType       = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
	policyType      = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	cronType        = "kubernetes:batch/v1:CronJob"
)

type host struct{ pulumi.ResourceState }

// with is a program with more than the least that Redis needs, and something that its operator comes with.
func with(t *testing.T, s Spec, change func(*Args)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		h := &host{}
		if err := ctx.RegisterComponentResource("plinth:test:Host", "host", h, pulumi.Provider(mocks.Kubernetes(t, ctx))); err != nil {
			return err
		}
		operator, err := corev1args.NewConfigMap(ctx, "operator", &corev1args.ConfigMapArgs{}, pulumi.Parent(h))
		if err != nil {
			return err
		}
		args := &Args{
			Spec: s.Complete(), Namespace: pulumi.String("data"), NamespaceName: "data", Random: mocks.Random(t, ctx),
			Clients:  []network.Peer{{Namespace: "apps", App: "web"}},
			Operator: []pulumi.Resource{operator}, Monitoring: []pulumi.Resource{operator},
		}
		if change != nil {
			change(args)
		}
		r, err := New(ctx, "redis", args, pulumi.Parent(h))
		if err != nil {
			return err
		}
		return ctx.RegisterResourceOutputs(h, pulumi.Map{"values": r.Connection.Values})
	}
}

var ha = Spec{Mode: spec.HA, Memory: "1Gi"}

func specOf(t *testing.T, rec *mocks.Recording, typ, name string) map[string]any {
	t.Helper()
	return rec.Get(t, typ, name).Inputs["spec"].(map[string]any)
}

func TestHA(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, with(t, ha, func(a *Args) { a.Services = &clustertest.Services{} }))
		servers, watchers := rec.Get(t, replicationType, "redis-ha"), rec.Get(t, sentinelType, "redis-ha-sentinel")
		for _, object := range []*mocks.Resource{servers, watchers} {
			spec := object.Inputs["spec"].(map[string]any)
			assert.Equal(t, 3.0, spec["clusterSize"])
			assert.Equal(t, image, spec["kubernetesConfig"].(map[string]any)["image"], "the same server as in mode single")
			assert.Equal(t, true, spec["podSecurityContext"].(map[string]any)["runAsNonRoot"])
			for _, hardened := range []any{spec["securityContext"], spec["initContainer"].(map[string]any)["securityContext"]} {
				assert.Equal(t, false, hardened.(map[string]any)["allowPrivilegeEscalation"])
				assert.Equal(t, map[string]any{"drop": []any{"ALL"}}, hardened.(map[string]any)["capabilities"])
			}
			assert.Contains(t, object.Dependencies, rec.Get(t, "kubernetes:core/v1:ConfigMap", "operator").URN)
			assert.Contains(t, object.Dependencies, rec.Get(t, "kubernetes:core/v1:ConfigMap", "redis-record").URN,
				"a change that would lose the data is refused before it is touched")
			labels := object.Inputs["metadata"].(map[string]any)["labels"].(map[string]any)
			assert.Equal(t, "redis-ha", labels["app.kubernetes.io/name"], "what the network policies select")
			assert.NotContains(t, labels, "app.kubernetes.io/version")
		}
		assert.Contains(t, watchers.Dependencies, servers.URN)
		assert.Equal(t, map[string]any{"memory": "1Gi"}, servers.Inputs["spec"].(map[string]any)["kubernetesConfig"].(map[string]any)["resources"].(map[string]any)["limits"])
		assert.Equal(t, "2", watchers.Inputs["spec"].(map[string]any)["redisSentinelConfig"].(map[string]any)["quorum"])

		conf := mocks.As[*corev1.ConfigMap](t, rec.Get(t, "kubernetes:core/v1:ConfigMap", "redis-ha")).Data["redis-additional.conf"]
		for _, line := range []string{"maxmemory 805306368", "save \"\"\nsave 900 1 300 10 60 10000", "appendonly yes", "appendfsync everysec"} {
			assert.Contains(t, conf, line+"\n")
		}

		policy := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, "redis-ha")).Spec
		require.Len(t, policy.Ingress, 1)
		var from []string
		for _, peer := range policy.Ingress[0].From {
			from = append(from, peer.PodSelector.MatchLabels["app.kubernetes.io/name"])
		}
		assert.Equal(t, []string{"web", "redis-ha-backup", "redis-ha", "redis-operator"}, from)
		require.Len(t, policy.Egress, 1, "each other, and nobody else")

		for _, name := range []string{"redis-ha", "redis-ha-sentinel"} {
			budget := mocks.As[*policyv1.PodDisruptionBudget](t, rec.Get(t, "kubernetes:policy/v1:PodDisruptionBudget", name)).Spec
			assert.Equal(t, 1, budget.MaxUnavailable.IntValue())
			assert.Equal(t, map[string]string{"app": name}, budget.Selector.MatchLabels)
		}
	})
}

func TestHAMeetsTheOperatorsDefinitions(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]Spec{"plain": ha, "tls": {Mode: spec.HA, TLS: true, Instances: 5}} {
		for _, zones := range []int{0, 3} {
			rec := mocks.Up(t, with(t, s, func(a *Args) { a.PriorityClass, a.Zones, a.Services = "plinth-high", zones, &clustertest.Services{} }))
			t.Run(fmt.Sprintf("%s in %d zones", name, zones), func(t *testing.T) {
				t.Parallel()
				crds.Validate(t, rec.Get(t, replicationType, "redis-ha").Inputs)
				crds.Validate(t, rec.Get(t, sentinelType, "redis-ha-sentinel").Inputs)
				crds.Validate(t, rec.Get(t, rulesType, "redis-ha").Inputs)
			})
		}
	}
}

func TestHASpread(t *testing.T) {
	t.Parallel()
	for zones, want := range map[int]string{0: "ScheduleAnyway", 3: "DoNotSchedule"} {
		rec := mocks.Up(t, with(t, ha, func(a *Args) { a.Zones = zones }))
		for typ, name := range map[string]string{replicationType: "redis-ha", sentinelType: "redis-ha-sentinel"} {
			constraints := specOf(t, rec, typ, name)["topologySpreadConstraints"].([]any)
			require.Len(t, constraints, 2)
			for _, c := range constraints {
				assert.Equal(t, want, c.(map[string]any)["whenUnsatisfiable"])
				assert.Equal(t, map[string]any{"app": name}, c.(map[string]any)["labelSelector"].(map[string]any)["matchLabels"])
			}
			assert.Equal(t, zones > 0, constraints[0].(map[string]any)["minDomains"] == 3.0)
		}
	}
}

func TestHAConnection(t *testing.T) {
	t.Parallel()
	values := func(s Spec) map[string]any {
		return mocks.Up(t, with(t, s, nil)).Get(t, "plinth:test:Host", "host").Outputs["values"].(mocks.Secret).Reveal().(map[string]any)
	}
	plain, single := values(ha), values(Spec{})
	for key := range single {
		assert.Contains(t, plain, key, "a workload must need no change when the mode does")
	}
	assert.Equal(t, single[connection.Password], plain[connection.Password], "a password stays")
	assert.Equal(t, "redis-ha-master.data.svc", plain[connection.Host])
	assert.Equal(t, "redis-ha-sentinel.data.svc", plain[connection.SentinelHost])
	assert.Equal(t, "26379", plain[connection.SentinelPort])
	assert.Equal(t, sentinelMaster, plain[connection.SentinelMaster])
	assert.NotContains(t, plain, connection.CA)

	encrypted := values(Spec{Mode: spec.HA, TLS: true})
	assert.Contains(t, encrypted[connection.CA], "BEGIN CERTIFICATE")
	assert.True(t, strings.HasPrefix(encrypted[connection.URI].(string), "rediss://"))
}

func TestTLS(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, with(t, Spec{Mode: spec.HA, TLS: true}, func(a *Args) { a.Services = &clustertest.Services{} }))
	secret := mocks.As[*corev1.Secret](t, rec.Get(t, "kubernetes:core/v1:Secret", "redis-ha-tls"))
	assert.Contains(t, secret.StringData, "tls.key")
	for typ, name := range map[string]string{replicationType: "redis-ha", sentinelType: "redis-ha-sentinel"} {
		assert.Equal(t, "tls.key", specOf(t, rec, typ, name)["TLS"].(map[string]any)["key"])
	}
	dump := mocks.As[*batchv1.CronJob](t, rec.Get(t, cronType, "redis-ha-backup")).Spec.JobTemplate.Spec.Template.Spec.InitContainers[0]
	assert.Contains(t, dump.Env, corev1.EnvVar{Name: "TLS", Value: "--tls --cacert /run/secrets/redis/ca.crt"})
	assert.False(t, mocks.Up(t, with(t, ha, nil)).Has("kubernetes:core/v1:Secret", "redis-ha-tls"))
}

func TestKeepData(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		keep, migrate, protect bool
	}{"dev": {}, "prod": {keep: true, protect: true}, "prod on its way to another mode": {keep: true, migrate: true}} {
		s := ha
		s.Migrate = c.migrate
		rec := mocks.Up(t, with(t, s, func(a *Args) { a.KeepData = c.keep }))
		servers := rec.Get(t, replicationType, "redis-ha")
		assert.Equal(t, c.protect, servers.Protect, name)
		assert.Equal(t, c.keep, servers.RetainOnDelete, name)
		assert.Equal(t, c.keep, servers.Inputs["spec"].(map[string]any)["storage"].(map[string]any)["keepAfterDelete"], name)
		assert.Equal(t, c.keep, rec.Get(t, "random:index/randomPassword:RandomPassword", "redis-password").Protect, name)
	}
}

func TestBackup(t *testing.T) {
	t.Parallel()
	for mode, names := range map[spec.Mode][2]string{
		spec.Single: {"redis-backup", "redis.data.svc"}, spec.HA: {"redis-ha-backup", "redis-ha-master.data.svc"},
	} {
		services := &clustertest.Services{}
		rec := mocks.Up(t, with(t, Spec{Mode: mode}, func(a *Args) { a.Services, a.KeepData = services, true }))
		dump := mocks.As[*batchv1.CronJob](t, rec.Get(t, cronType, names[0])).Spec.JobTemplate.Spec.Template.Spec.InitContainers[0]
		assert.Contains(t, dump.Env, corev1.EnvVar{Name: "HOST", Value: names[1]})
		assert.Contains(t, dump.Command[2], "redis-check-rdb", "redis-cli does not tell whether all of it arrived")
		assert.Equal(t, 30, services.Buckets[names[0]].KeepDays)
		assert.True(t, services.Buckets[names[0]].Protect)
		assert.Contains(t, fmt.Sprint(specOf(t, rec, rulesType, strings.TrimSuffix(names[0], "-backup"))), "RedisBackupTooOld")

		no := false
		off := mocks.Up(t, with(t, Spec{Mode: mode, Backup: Backup{Enabled: &no}}, func(a *Args) { a.Services = services }))
		assert.Empty(t, off.ByType(cronType))
		assert.Empty(t, off.Logs, "it is what was asked for")

		without := mocks.Up(t, with(t, Spec{Mode: mode}, nil))
		assert.Empty(t, without.ByType(cronType))
		require.Len(t, without.Logs, 1)
		assert.Contains(t, without.Logs[0].Message, names[0]+" is left out")
		assert.NotContains(t, fmt.Sprint(without.ByType(rulesType)[0].Inputs), "RedisBackupTooOld", "what is not taken cannot be overdue")
	}
}

func TestWithoutMonitoring(t *testing.T) {
	t.Parallel()
	for _, mode := range []spec.Mode{spec.Single, spec.HA} {
		rec := mocks.Up(t, with(t, Spec{Mode: mode}, func(a *Args) { a.Monitoring = nil }))
		assert.Empty(t, rec.ByType(rulesType), "there would be no such kind in the cluster")
	}
}

// TestHAUsers holds the access list to what a Redis of 7.0.15 was seen to need for replication and a failover by Sentinel.
func TestHAUsers(t *testing.T) {
	t.Parallel()
	acl := haUsers("one")
	for _, command := range []string{"replicaof", "psync", "replconf", "role", "config|rewrite", "client|kill"} {
		assert.Contains(t, acl, " +"+command)
	}
	assert.Contains(t, acl, "-@admin")
	assert.Contains(t, acl, "-flushall")
	assert.NotContains(t, acl, "config|set")
	assert.NotContains(t, acl, "nopass")
	assert.Empty(t, backupUser(""), "a user without a password would be open to all")
	assert.Contains(t, backupUser("two"), "-@all +ping +sync")
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spec  Spec
		wrong []spec.Path
	}{
		"single":              {Spec{}, nil},
		"ha":                  {Spec{Mode: spec.HA, TLS: true}, nil},
		"one instance":        {Spec{Mode: spec.HA, Instances: 1}, []spec.Path{"redis.instances"}},
		"instances of single": {Spec{Instances: 2}, []spec.Path{"redis.instances"}},
		"kept for no day":     {Spec{Backup: Backup{Spec: backup.Spec{KeepDays: -1}}}, []spec.Path{"redis.backup.keepDays"}},
		"tls of single":       {Spec{TLS: true}, []spec.Path{"redis.tls"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var problems spec.Problems
			c.spec.Complete().Validate("redis", &problems)
			var wrong []spec.Path
			for _, p := range problems.Errors {
				wrong = append(wrong, p.Path)
			}
			assert.Equal(t, c.wrong, wrong)
		})
	}
}
