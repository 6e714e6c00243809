package workload

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/custom"
)

const kedaAPI = "keda.sh/v1alpha1"

// failures of the broker to answer, one every half a minute, until the replicas are what they would be without the queue.
const failures = 3

// scaledObject tells whether KEDA owns the number of replicas. What scales on cpu or memory alone needs none.
func (b *builder) scaledObject() bool {
	r := b.spec.Replicas
	return b.args.Autoscaler != nil && (r.Queue != nil || r.Schedule != nil)
}

// newScaledObject has one autoscaler, which KEDA makes, ask for all of what the workload scales on: two would undo each other's work.
func (b *builder) newScaledObject(kind string, opts ...pulumi.ResourceOption) error {
	opts = append(opts, b.parent, pulumi.DependsOn(b.args.Autoscaler))
	triggers := b.resourceTriggers()
	spec := pulumi.Map{
		"scaleTargetRef": pulumi.Map{
			"apiVersion": pulumi.String("apps/v1"), "kind": pulumi.String(kind), "name": pulumi.String(b.name),
		},
		"minReplicaCount": pulumi.Int(b.leastReplicas()),
		"maxReplicaCount": pulumi.Int(b.spec.Replicas.most()),
		"advanced": pulumi.Map{"horizontalPodAutoscalerConfig": pulumi.Map{"behavior": pulumi.Map{"scaleDown": pulumi.Map{
			"stabilizationWindowSeconds": pulumi.Int(calm),
			"policies": pulumi.MapArray{pulumi.Map{
				"type": pulumi.String("Percent"), "value": pulumi.Int(shrink), "periodSeconds": pulumi.Int(shrinkEach),
			}},
		}}}},
	}
	if s := b.spec.Replicas.Schedule; s != nil {
		triggers = append(triggers, trigger("cron", "schedule", pulumi.StringMap{
			"timezone": pulumi.String(s.TimeZone), "start": pulumi.String(s.Start), "end": pulumi.String(s.End),
			"desiredReplicas": number(s.Replicas),
		}))
	}
	if q := b.spec.Replicas.Queue; q != nil {
		authentication, err := b.authentication()
		if err != nil {
			return err
		}
		asked := trigger("rabbitmq", "queue", pulumi.StringMap{
			"protocol": pulumi.String("amqp"), "queueName": pulumi.String(q.Name), "mode": pulumi.String("QueueLength"), "value": number(q.Length),
		})
		asked["authenticationRef"] = pulumi.Map{"name": authentication.Metadata.Name().Elem()}
		triggers = append(triggers, asked)
		opts = append(opts, pulumi.DependsOn([]pulumi.Resource{authentication}))
		// While nobody knows how much there is to do, none that may be doing it is taken away.
		spec["fallback"] = pulumi.Map{
			"failureThreshold": pulumi.Int(failures), "replicas": pulumi.Int(max(1, b.leastReplicas())),
			"behavior": pulumi.String("currentReplicasIfHigher"),
		}
	}
	spec["triggers"] = triggers
	_, err := custom.New(b.ctx, b.name, &custom.Object{
		APIVersion: kedaAPI, Kind: "ScaledObject", Name: b.name, Namespace: b.args.Namespace, Labels: b.labels(), Spec: spec,
	}, opts...)
	return err
}

func (b *builder) resourceTriggers() pulumi.MapArray {
	var triggers pulumi.MapArray
	for _, target := range b.spec.Replicas.targets() {
		asked := trigger(target.resource, target.resource, pulumi.StringMap{"value": number(target.percent)})
		asked["metricType"] = pulumi.String("Utilization")
		triggers = append(triggers, asked)
	}
	return triggers
}

func trigger(kind, name string, metadata pulumi.StringMap) pulumi.Map {
	return pulumi.Map{"type": pulumi.String(kind), "name": pulumi.String(name), "metadata": metadata}
}

// number is written as a text, as KEDA has all that it knows of a trigger.
func number(n int) pulumi.String { return pulumi.String(fmt.Sprint(n)) }

// authentication lets KEDA ask the broker as the workload itself does, with the same Secret.
func (b *builder) authentication() (*apiextensions.CustomResource, error) {
	broker, err := b.connection("rabbitmq")
	if err != nil {
		return nil, err
	}
	fromSecret := func(parameter, key string) pulumi.Map {
		return pulumi.Map{"parameter": pulumi.String(parameter), "name": b.connections["rabbitmq"], "key": pulumi.String(key)}
	}
	spec := pulumi.Map{}
	secrets := pulumi.MapArray{fromSecret("host", connection.URI)}
	if slices.Contains(broker.Keys, connection.CA) {
		secrets = append(secrets, fromSecret("ca", connection.CA))
		// Only what comes from an object can say that the authority is to be used.
		enabled, err := b.configMap("queue", pulumi.StringMap{"tls": pulumi.String("enable")})
		if err != nil {
			return nil, err
		}
		spec["configMapTargetRef"] = pulumi.MapArray{pulumi.Map{
			"parameter": pulumi.String("tls"), "name": enabled.Metadata.Name().Elem(), "key": pulumi.String("tls"),
		}}
	}
	spec["secretTargetRef"] = secrets
	return custom.New(b.ctx, b.name, &custom.Object{
		APIVersion: kedaAPI, Kind: "TriggerAuthentication", Name: b.name, Namespace: b.args.Namespace, Labels: b.labels(), Spec: spec,
	}, b.parent, pulumi.DependsOn(b.args.Autoscaler))
}
