package rabbitmq

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	corev1args "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	kinds       = "kubernetes:rabbitmq.com/v1beta1:"
	clusterType = kinds + "RabbitmqCluster"
	rulesType   = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
	policyType  = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
)

type host struct{ pulumi.ResourceState }

// with is a program with more than the least that RabbitMQ needs, and something that its operators come with.
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
		r, err := New(ctx, "rabbitmq", args, pulumi.Parent(h))
		if err != nil {
			return err
		}
		return ctx.RegisterResourceOutputs(h, pulumi.Map{"values": r.Connection.Values})
	}
}

var (
	ha   = Spec{Mode: spec.HA, Memory: "2Gi"}
	full = Spec{
		Mode: spec.HA, TLS: true, Instances: 5, VHosts: []string{"lab"},
		Queues: []Queue{{Name: "Medical_Data", DeadLetter: true, MaxLength: 5, TTL: 3}, {Name: "samples", VHost: "lab", DeadLetter: true}},
		Users: map[string]User{"auditor": {
			Tags: []string{"monitoring"}, Permissions: map[string]Permission{"lab": {Read: ".*"}, "/": {Configure: "^tmp", Write: "x", Read: "y"}},
		}},
		Policies: map[string]Policy{"short": {Pattern: "^tmp\\.", Definition: map[string]any{"expires": 1000.0}}},
	}
)

func TestHA(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, with(t, ha, nil))
		cluster := rec.Get(t, clusterType, "rabbitmq-ha")
		s := cluster.Inputs["spec"].(map[string]any)
		assert.Equal(t, 3.0, s["replicas"])
		assert.Equal(t, "docker.io/library/rabbitmq:"+release, s["image"], "the same broker as in mode single")
		assert.Equal(t, 600.0, s["terminationGracePeriodSeconds"], "longer, and no node could be drained")
		assert.Contains(t, s["rabbitmq"].(map[string]any)["additionalConfig"], "default_queue_type = quorum\n")
		assert.NotContains(t, s, "tls")
		assert.Contains(t, cluster.Dependencies, rec.Get(t, "kubernetes:core/v1:ConfigMap", "operator").URN)
		assert.Contains(t, cluster.Dependencies, rec.Get(t, "kubernetes:core/v1:ConfigMap", "rabbitmq-record").URN,
			"a change that would lose the data is refused before it is touched")
		for _, res := range rec.Resources() {
			if strings.HasPrefix(res.Type, kinds) && res != cluster {
				assert.Contains(t, res.Dependencies, cluster.URN, "%s must go while its broker is there", res.Name)
			}
		}

		policy := func(name string) networkingv1.NetworkPolicySpec {
			return mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, name)).Spec
		}
		clients := policy("rabbitmq-ha")
		require.Len(t, clients.Ingress, 1)
		assert.Equal(t, "web", clients.Ingress[0].From[0].PodSelector.MatchLabels["app.kubernetes.io/name"])
		require.Len(t, clients.Ingress[0].Ports, 1)
		assert.Equal(t, 5672, clients.Ingress[0].Ports[0].Port.IntValue())
		assert.Len(t, policy("rabbitmq-ha-operators").Ingress[0].From, 2)
		assert.Len(t, policy("rabbitmq-ha-nodes").Egress, 1, "each other, and nobody else")

		budget := mocks.As[*policyv1.PodDisruptionBudget](t, rec.Get(t, "kubernetes:policy/v1:PodDisruptionBudget", "rabbitmq-ha")).Spec
		assert.Equal(t, 1, budget.MaxUnavailable.IntValue())
	})
}

func TestHAMeetsTheOperatorsDefinitions(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]Spec{"least": ha, "full": full} {
		rec := mocks.Up(t, with(t, s, func(a *Args) { a.PriorityClass, a.Zones, a.KeepData = "plinth-high", 3, true }))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checked := map[string]bool{}
			for _, res := range rec.Resources() {
				if strings.HasPrefix(res.Type, kinds) || res.Type == rulesType || strings.HasSuffix(res.Type, ":PodMonitor") {
					crds.Validate(t, res.Inputs)
					checked[res.Type] = true
				}
			}
			want := map[string]int{"least": 6, "full": 10}[name]
			assert.Len(t, checked, want, "%v", slices.Sorted(maps.Keys(checked)))
		})
	}
}

// declared are the specs of one kind by what identifies them.
func declared(t *testing.T, rec *mocks.Recording, kind string, key ...string) map[string]map[string]any {
	t.Helper()
	all := map[string]map[string]any{}
	for _, res := range rec.ByType(kinds + kind) {
		s := res.Inputs["spec"].(map[string]any)
		assert.Equal(t, map[string]any{"name": "rabbitmq-ha"}, s["rabbitmqClusterReference"], res.Name)
		var id []string
		for _, k := range key {
			id = append(id, fmt.Sprint(s[k]))
		}
		all[strings.Join(id, " ")] = s
	}
	return all
}

func TestTopology(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, with(t, full, nil))
	queues := declared(t, rec, "Queue", "vhost", "name")
	assert.ElementsMatch(t, []string{"/ Medical_Data", "/ Medical_Data.dead", "lab samples", "lab samples.dead"}, slices.Collect(maps.Keys(queues)))
	for name, q := range queues {
		assert.Equal(t, "quorum", q["type"], name)
		assert.Equal(t, true, q["durable"], name)
		assert.NotContains(t, q, "arguments", "they could never be changed")
	}
	policies := declared(t, rec, "Policy", "vhost", "name")
	assert.Equal(t, map[string]any{
		"delivery-limit": 20.0, "overflow": "reject-publish", "max-length": 5.0, "message-ttl": 3000.0, "dead-letter-exchange": "dead-letter",
		"dead-letter-routing-key": "Medical_Data.dead", "dead-letter-strategy": "at-least-once",
	}, policies["/ Medical_Data"]["definition"], "as in mode single")
	assert.Equal(t, "^Medical_Data$", policies["/ Medical_Data"]["pattern"])
	assert.Equal(t, map[string]any{"delivery-limit": -1.0}, policies["lab samples.dead"]["definition"])
	assert.Equal(t, 1.0, policies["/ short"]["priority"], "above those of the queues")
	assert.Equal(t, "queues", policies["/ short"]["applyTo"])

	assert.Len(t, declared(t, rec, "Exchange", "vhost"), 2, "one in each virtual host that has dead letters")
	assert.Equal(t, "samples.dead", declared(t, rec, "Binding", "vhost")["lab"]["routingKey"])
	assert.Equal(t, "quorum", declared(t, rec, "Vhost", "name")["lab"]["defaultQueueType"])

	permissions := declared(t, rec, "Permission", "user", "vhost")
	assert.Equal(t, map[string]any{"configure": ".*", "write": ".*", "read": ".*"}, permissions["app /"]["permissions"])
	assert.Equal(t, map[string]any{"configure": "", "write": "", "read": ".*"}, permissions["auditor lab"]["permissions"])
	assert.Len(t, permissions, 3)
	for _, name := range []string{"app", "auditor"} {
		assert.Equal(t, name, mocks.As[*corev1.Secret](t, rec.Get(t, "kubernetes:core/v1:Secret", "rabbitmq-ha-user-"+name)).StringData["username"])
	}
	tags := declared(t, rec, "User", "tags")
	assert.Contains(t, tags, "[monitoring]")
	assert.Contains(t, tags, "<nil>", "the clients' user is no administrator")
}

func TestObjectNames(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, id := range []string{"/ a_b", "/ a.b", "/ A.B", "x a.b", "/ " + strings.Repeat("x_", 100), "/ ", "..."} {
		name := objectName("rabbitmq-ha", id)
		assert.Regexp(t, `^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`, name)
		assert.LessOrEqual(t, len(name), 100)
		assert.Empty(t, seen[name], "%q and %q would be one object", seen[name], id)
		seen[name] = id
	}
}

func TestHASpread(t *testing.T) {
	t.Parallel()
	for zones, want := range map[int]string{0: "ScheduleAnyway", 3: "DoNotSchedule"} {
		rec := mocks.Up(t, with(t, ha, func(a *Args) { a.Zones = zones }))
		object := rec.Get(t, clusterType, "rabbitmq-ha").Inputs
		assert.Equal(t, "true", object["metadata"].(map[string]any)["annotations"].(map[string]any)["rabbitmq.com/disable-default-topology-spread-constraints"])
		pod := object["spec"].(map[string]any)["override"].(map[string]any)["statefulSet"].(map[string]any)["spec"].(map[string]any)["template"].(map[string]any)["spec"]
		constraints := pod.(map[string]any)["topologySpreadConstraints"].([]any)
		require.Len(t, constraints, 2)
		assert.Equal(t, want, constraints[0].(map[string]any)["whenUnsatisfiable"])
		assert.Equal(t, "topology.kubernetes.io/zone", constraints[0].(map[string]any)["topologyKey"])
	}
}

func TestHAConnection(t *testing.T) {
	t.Parallel()
	values := func(s Spec) map[string]any {
		return mocks.Up(t, with(t, s, nil)).Get(t, "plinth:test:Host", "host").Outputs["values"].(mocks.Secret).Reveal().(map[string]any)
	}
	plain, single := values(ha), values(Spec{})
	assert.Equal(t, slices.Sorted(maps.Keys(single)), slices.Sorted(maps.Keys(plain)), "a workload must need no change when the mode does")
	assert.Equal(t, single[connection.Password], plain[connection.Password], "a password stays")
	assert.Equal(t, single[connection.Username], plain[connection.Username])
	assert.Equal(t, "rabbitmq-ha.data.svc", plain[connection.Host])

	encrypted := values(Spec{Mode: spec.HA, TLS: true})
	assert.Equal(t, "5671", encrypted[connection.Port])
	assert.Contains(t, encrypted[connection.CA], "BEGIN CERTIFICATE")
	assert.Equal(t, fmt.Sprintf("amqps://app:%s@rabbitmq-ha.data.svc:5671/%%2F", encrypted[connection.Password]), encrypted[connection.URI])
}

func TestTLSClosesThePlainPort(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, with(t, Spec{Mode: spec.HA, TLS: true}, nil))
	for _, res := range rec.ByType(policyType) {
		for _, rule := range mocks.As[*networkingv1.NetworkPolicy](t, res).Spec.Ingress {
			for _, p := range rule.Ports {
				assert.NotEqual(t, 5672, p.Port.IntValue(), res.Name)
			}
		}
	}
	object := rec.Get(t, clusterType, "rabbitmq-ha").Inputs
	assert.Contains(t, object["spec"], "tls")
	assert.Equal(t, "http://rabbitmq-ha.data.svc:15672",
		object["metadata"].(map[string]any)["annotations"].(map[string]any)["rabbitmq.com/operator-connection-uri"],
		"the operator does not know the authority")
}

func TestAdministrator(t *testing.T) {
	t.Parallel()
	secret := mocks.As[*corev1.Secret](t, mocks.Up(t, with(t, ha, nil)).Get(t, "kubernetes:core/v1:Secret", "rabbitmq-ha-admin")).StringData
	assert.Equal(t, fmt.Sprintf("default_user = plinth-admin\ndefault_pass = %s\n", secret["password"]), secret["default_user.conf"])
	for _, key := range []string{"username", "host", "port", "provider", "type"} {
		assert.NotEmpty(t, secret[key], key)
	}
}

func TestKeepData(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		keep, migrate, protect bool
		policy                 string
	}{
		"dev": {policy: "delete"}, "prod": {keep: true, protect: true, policy: "retain"},
		"prod on its way to another mode": {keep: true, migrate: true, policy: "retain"},
	} {
		s := full
		s.Migrate = c.migrate
		rec := mocks.Up(t, with(t, s, func(a *Args) { a.KeepData = c.keep }))
		cluster := rec.Get(t, clusterType, "rabbitmq-ha")
		assert.Equal(t, c.protect, cluster.Protect, name)
		assert.Equal(t, c.keep, cluster.RetainOnDelete, name)
		assert.Equal(t, c.policy, declared(t, rec, "Queue", "name")["samples"]["deletionPolicy"], name)
	}
}

func TestWaitsOnlyWhereSomebodyMakesItReady(t *testing.T) {
	t.Parallel()
	annotations := func(change func(*Args)) any {
		return mocks.Up(t, with(t, ha, change)).Get(t, clusterType, "rabbitmq-ha").Inputs["metadata"].(map[string]any)["annotations"]
	}
	assert.Contains(t, annotations(nil), "pulumi.com/waitFor")
	assert.NotContains(t, annotations(func(a *Args) { a.Simulated = true }), "pulumi.com/waitFor")
}

func TestWatched(t *testing.T) {
	t.Parallel()
	for mode, name := range map[spec.Mode]string{spec.Single: "rabbitmq", spec.HA: "rabbitmq-ha"} {
		rec := mocks.Up(t, with(t, Spec{Mode: mode}, nil))
		assert.True(t, rec.Has(rulesType, name))
		monitor := rec.Get(t, "kubernetes:monitoring.coreos.com/v1:PodMonitor", name).Inputs["spec"].(map[string]any)
		assert.Len(t, monitor["podMetricsEndpoints"], 2, "the sums, and each queue")
		assert.Empty(t, mocks.Up(t, with(t, Spec{Mode: mode}, func(a *Args) { a.Monitoring = nil })).ByType(rulesType))
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spec  Spec
		wrong []spec.Path
	}{
		"single": {Spec{}, nil},
		"ha":     {ha, nil},
		"full":   {Spec{Mode: spec.HA, VHosts: full.VHosts, Queues: full.Queues, Users: full.Users, Policies: full.Policies}, nil},
		"even":   {Spec{Mode: spec.HA, Instances: 2}, []spec.Path{"rabbitmq.instances"}},
		"unknown virtual hosts": {Spec{
			Mode: spec.HA, Queues: []Queue{{Name: "q", VHost: "x"}}, Users: map[string]User{"u": {Permissions: map[string]Permission{"y": {}}}},
			Policies: map[string]Policy{"p": {VHost: "z", Definition: map[string]any{"a": 1}}},
		}, []spec.Path{"rabbitmq.queues[0].vhost", "rabbitmq.users.u.permissions.y", "rabbitmq.policies.p.vhost"}},
		"the broker's own virtual host": {Spec{Mode: spec.HA, VHosts: []string{"/"}}, []spec.Path{"rabbitmq.vhosts[0]"}},
		"patterns": {Spec{
			Mode: spec.HA, Users: map[string]User{"u": {Permissions: map[string]Permission{"/": {Read: "("}}}},
			Policies: map[string]Policy{"p": {Pattern: "["}},
		}, []spec.Path{"rabbitmq.users.u.permissions./.read", "rabbitmq.policies.p.pattern", "rabbitmq.policies.p.definition"}},
		"the platform's users": {
			Spec{Mode: spec.HA, Users: map[string]User{"app": {Tags: []string{"root"}}}},
			[]spec.Path{"rabbitmq.users.app", "rabbitmq.users.app.tags[0]"},
		},
		"a queue's policy": {Spec{
			Mode: spec.HA, Queues: []Queue{{Name: "q"}}, Policies: map[string]Policy{"q": {Definition: map[string]any{"a": 1}}},
		}, []spec.Path{"rabbitmq.policies.q"}},
		"single with what only ha has": {Spec{
			Instances: 3, TLS: true, VHosts: []string{"x"}, Users: full.Users, Policies: full.Policies, Queues: []Queue{{Name: "q", VHost: "x"}},
		}, []spec.Path{"rabbitmq.instances", "rabbitmq.vhosts", "rabbitmq.users", "rabbitmq.policies", "rabbitmq.queues[0].vhost", "rabbitmq.tls"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var problems spec.Problems
			c.spec.Complete().Validate("rabbitmq", &problems)
			var wrong []spec.Path
			for _, p := range problems.Errors {
				wrong = append(wrong, p.Path)
			}
			assert.Equal(t, c.wrong, wrong)
		})
	}
}
