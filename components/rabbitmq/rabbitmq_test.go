package rabbitmq

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func program(t *testing.T, s Spec) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		r, err := New(ctx, "rabbitmq", &Args{
			Spec: s.Complete(), Namespace: pulumi.String("data"), NamespaceName: "data", Random: mocks.Random(t, ctx),
		}, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		if err != nil {
			return err
		}
		ctx.Export("values", r.Connection.Values)
		return nil
	}
}

func TestRabbitMQ(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, Spec{Queues: []Queue{{Name: "medical_data", DeadLetter: true}}}))

		pod := mocks.As[*appsv1.StatefulSet](t, rec.Get(t, "kubernetes:apps/v1:StatefulSet", "rabbitmq")).Spec.Template.Spec
		require.Len(t, pod.Containers, 1, "the broker makes its metrics itself")
		env := mocks.Variables(pod.Containers[0])
		assert.Equal(t, "rabbit@localhost", env["RABBITMQ_NODENAME"])
		assert.Len(t, pod.Containers[0].Ports, 2, "Erlang's own ports stay closed")
		assert.IsType(t, mocks.Conceal(""), rec.Get(t, "kubernetes:core/v1:Secret", "rabbitmq").Inputs["stringData"])
	})
}

func TestConnection(t *testing.T) {
	t.Parallel()
	values := mocks.Up(t, program(t, Spec{})).Outputs["values"].(mocks.Secret).Reveal().(map[string]any)
	assert.Equal(t, fmt.Sprintf("amqp://app:%s@rabbitmq.data.svc:5672/%%2F", values[connection.Password]), values[connection.URI])
	assert.Equal(t, "/", values[connection.Database])
}

func defined(t *testing.T, queues ...Queue) definitions {
	t.Helper()
	text, err := define(queues, "secret", "salt", "")
	require.NoError(t, err)
	assert.NotContains(t, text, "secret")
	var d definitions
	require.NoError(t, json.Unmarshal([]byte(text), &d))
	return d
}

func TestDefinitions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		queue    Queue
		queues   []string
		policies map[string]map[string]any
	}{
		"plain": {Queue{Name: "q"}, []string{"q"}, map[string]map[string]any{
			"^q$": {"delivery-limit": 20.0, "overflow": "reject-publish"},
		}},
		"bounded": {Queue{Name: "q", MaxLength: 5, TTL: 3}, []string{"q"}, map[string]map[string]any{
			"^q$": {"delivery-limit": 20.0, "overflow": "reject-publish", "max-length": 5.0, "message-ttl": 3000.0},
		}},
		"dead-letter, with a dot": {Queue{Name: "a.b", DeadLetter: true}, []string{"a.b", "a.b.dead"}, map[string]map[string]any{
			`^a\.b$`: {
				"delivery-limit": 20.0, "overflow": "reject-publish", "dead-letter-exchange": "dead-letter",
				"dead-letter-routing-key": "a.b.dead", "dead-letter-strategy": "at-least-once",
			},
			`^a\.b\.dead$`: {"delivery-limit": -1.0},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := defined(t, test.queue)
			var queues []string
			for _, q := range d.Queues {
				queues = append(queues, q.Name)
				assert.True(t, q.Durable, q.Name)
				assert.Equal(t, map[string]any{"x-queue-type": "quorum"}, q.Arguments, q.Name)
			}
			assert.Equal(t, test.queues, queues)
			policies := map[string]map[string]any{}
			for _, p := range d.Policies {
				policies[p.Pattern] = p.Definition
			}
			assert.Equal(t, test.policies, policies)
			assert.Len(t, d.Bindings, len(test.queues)-1)
		})
	}
}

func TestUserIsNoAdministrator(t *testing.T) {
	t.Parallel()
	d := defined(t)
	require.Len(t, d.Users, 1)
	assert.Empty(t, d.Users[0].Tags)
	// Computed apart from this code, by the recipe in RabbitMQ's documentation.
	assert.Equal(t, "c2FsdL7ekDhtRQzqi3e4IviIcGXk5avxMsL53M/Mf71Mul41", d.Users[0].PasswordHash)
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		memory, storage spec.Quantity
		watermark, free string
	}{
		"default":    {"512Mi", "5Gi", "322122546", "322122546"},
		"large":      {"8Gi", "100Gi", "5153960754", "5153960754"},
		"small disk": {"8Gi", "10Gi", "5153960754", "2147483648"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conf := configuration(Spec{Memory: test.memory, Storage: test.storage}.Complete())
			assert.Contains(t, conf, "\nvm_memory_high_watermark.absolute = "+test.watermark+"\n")
			assert.Contains(t, conf, "\ndisk_free_limit.absolute = "+test.free+"\n")
		})
	}
}

func TestUnknownMode(t *testing.T) {
	t.Parallel()
	assert.ErrorContains(t, mocks.Fail(t, program(t, Spec{Mode: "cluster"})), "set plinth:rabbitmq.mode to single, ha or managed")
}
