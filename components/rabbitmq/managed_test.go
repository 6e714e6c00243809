package rabbitmq

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

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
		r, err := New(ctx, "rabbitmq", args, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		if err != nil {
			return err
		}
		ctx.Export("values", r.Connection.Values)
		ctx.Export("keys", pulumi.ToStringArray(r.Connection.Keys))
		assert.Equal(t, network.Peer{CIDR: "10.0.208.0/20", Ports: []int{5671}}, r.Connection.Server)
		return nil
	}
}

func TestManaged(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		cloud := &clustertest.Managed{}
		rec := run(t, onCloud(t, Spec{Mode: spec.Managed, Queues: []Queue{{Name: "medical_data", DeadLetter: true}}}, &clustertest.Services{DataServices: cloud}, true))
		asked := cloud.RabbitMQ["rabbitmq"]
		assert.Equal(t, "plinth", asked.Username)
		assert.True(t, asked.Protect)
		require.Len(t, asked.After, 1, "another mode is refused before the broker is touched")
		assert.True(t, rec.Get(t, passwordType, "rabbitmq-admin-password").Protect, "another one would replace the broker")
		assert.False(t, rec.Get(t, passwordType, "rabbitmq-password").Protect, "a protected password could not be rotated")
		assert.Empty(t, rec.ByType("kubernetes:apps/v1:StatefulSet"))
		assert.Equal(t, []any{"database", "host", "password", "port", "uri", "username"}, rec.Outputs["keys"], "the same as in mode single")
	})
}

// TestDeclare looks at what imports the definitions: who it reaches, what it sends, and that no password is in its command.
func TestDeclare(t *testing.T) {
	t.Parallel()
	s := Spec{Mode: spec.Managed, Queues: []Queue{{Name: "medical_data", DeadLetter: true}}}
	rec := mocks.Up(t, onCloud(t, s, &clustertest.Services{DataServices: &clustertest.Managed{}}, false))

	job := mocks.As[*batchv1.Job](t, rec.Get(t, "kubernetes:batch/v1:Job", "rabbitmq-declare"))
	assert.Empty(t, job.Name, "only with a generated name do other definitions make another Job")
	container := job.Spec.Template.Spec.Containers[0]
	assert.Empty(t, container.Env)
	assert.Subset(t, container.Args, []string{"/run/secrets/rabbitmq/request", "@/run/secrets/rabbitmq/definitions.json", "--fail-with-body"})

	policy := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "rabbitmq-declare")).Spec
	assert.Equal(t, job.Spec.Template.Labels["app.kubernetes.io/name"], policy.PodSelector.MatchLabels["app.kubernetes.io/name"])
	assert.Empty(t, policy.Ingress)
	require.Len(t, policy.Egress, 1)
	assert.Equal(t, "10.0.208.0/20", policy.Egress[0].To[0].IPBlock.CIDR)
	assert.Equal(t, 443, policy.Egress[0].Ports[0].Port.IntValue())

	secret := mocks.As[*corev1.Secret](t, rec.Get(t, "kubernetes:core/v1:Secret", "rabbitmq-declare"))
	assert.True(t, *secret.Immutable)
	values := rec.Outputs["values"].(mocks.Secret).Reveal().(map[string]any)
	request := secret.StringData[requestFile]
	assert.True(t, strings.HasPrefix(request, "url = \"https://rabbitmq.managed.example/api/definitions\"\nuser = \"plinth:R4nd0m"))
	assert.False(t, strings.Contains(request, values[connection.Password].(string)), "the clients' user is no administrator")
	var d definitions
	require.NoError(t, json.Unmarshal([]byte(secret.StringData[definitionsFile]), &d))
	require.Len(t, d.Queues, 2)
	assert.Equal(t, username, d.Users[0].Name)
	assert.Empty(t, d.Users[0].Tags)
	for _, p := range d.Policies {
		assert.Greater(t, p.Priority, 1, "Amazon MQ has a policy for all queues at 1")
	}
	assert.Equal(t, "amqps://app:"+values[connection.Password].(string)+"@rabbitmq.managed.example:5671/%2F", values[connection.URI])
}

// TestChanges tells what makes another Job, and what does not.
func TestChanges(t *testing.T) {
	t.Parallel()
	secret := func(s Spec) any {
		s.Mode = spec.Managed
		rec := mocks.Up(t, onCloud(t, s, &clustertest.Services{DataServices: &clustertest.Managed{}}, false))
		return rec.Get(t, "kubernetes:core/v1:Secret", "rabbitmq-declare").Inputs["stringData"]
	}
	before := secret(Spec{Queues: []Queue{{Name: "a"}}})
	assert.Equal(t, before, secret(Spec{Queues: []Queue{{Name: "a"}}, Memory: "8Gi"}))
	assert.NotEqual(t, before, secret(Spec{Queues: []Queue{{Name: "a"}, {Name: "b"}}}))
}

func TestManagedElsewhere(t *testing.T) {
	t.Parallel()
	err := mocks.Fail(t, onCloud(t, Spec{Mode: spec.Managed}, nil, false))
	require.ErrorContains(t, err, `plinth:rabbitmq.mode: found "managed"`)
	assert.ErrorContains(t, err, "use mode: ha")
}

func TestValidateCloud(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cloud   string
		spec    Spec
		path    spec.Path
		allowed string
	}{
		"aws":                {"aws", Spec{Mode: spec.Managed, CPU: "2", Memory: "8Gi", Rotate: 1}, "", ""},
		"single":             {"existing", Spec{}, "", ""},
		"gcp":                {"gcp", Spec{Mode: spec.Managed}, "rabbitmq.mode", "gcp, which has no RabbitMQ of its own"},
		"azure":              {"azure", Spec{Mode: spec.Managed}, "rabbitmq.mode", "azure, which has no RabbitMQ of its own"},
		"existing":           {"existing", Spec{Mode: spec.Managed}, "rabbitmq.mode", "a managed service is a cloud's"},
		"too big":            {"aws", Spec{Mode: spec.Managed, CPU: "65"}, "rabbitmq", "at most cpu 64 and memory 256Gi on aws, as mq.m7g.16xlarge"},
		"rotation in single": {"aws", Spec{Rotate: 1}, "rabbitmq.rotate", "no rotation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var problems spec.Problems
			test.spec.Complete().ValidateCloud(test.cloud, 3, "rabbitmq", &problems)
			if test.path == "" {
				assert.Empty(t, problems.Errors)
				return
			}
			require.Len(t, problems.Errors, 1)
			assert.Equal(t, test.path, problems.Errors[0].Path)
			assert.Contains(t, problems.Errors[0].Allowed, test.allowed)
			assert.NotEmpty(t, problems.Errors[0].Remedy)
		})
	}
}
