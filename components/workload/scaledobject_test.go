package workload_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/workload"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	scaledObjectType   = "kubernetes:keda.sh/v1alpha1:ScaledObject"
	authenticationType = "kubernetes:keda.sh/v1alpha1:TriggerAuthentication"
	recommendationType = "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler"
)

// scaled are the arguments of a platform with KEDA and a broker; ca is the broker's authority, if it has one of its own.
func scaled(ca string) func(*workload.Args) {
	return func(args *workload.Args) {
		args.Autoscaler = []pulumi.Resource{}
		values := pulumi.StringMap{"uri": pulumi.String("amqp://app:" + password + "@rabbitmq.data.svc:5672/%2F")}
		if ca != "" {
			values["ca"] = pulumi.String(ca)
		}
		args.Connections = []connection.Connection{
			connection.New("rabbitmq", network.Peer{Namespace: "data", App: "rabbitmq", Ports: []int{5672}}, values),
		}
	}
}

// triggers are those of the ScaledObject, by name.
func triggers(t *testing.T, spec map[string]any) map[string]map[string]any {
	t.Helper()
	byName := map[string]map[string]any{}
	for _, each := range spec["triggers"].([]any) {
		trigger := each.(map[string]any)
		byName[trigger["name"].(string)] = trigger
	}
	return byName
}

func TestScaledObject(t *testing.T) {
	t.Parallel()
	definitions := crds.KEDA(t)
	const schedule = "schedule: {timeZone: Europe/Berlin, start: 0 7 * * 1-5, end: 0 20 * * 1-5, replicas: 3}"
	for name, test := range map[string]struct {
		replicas    string
		least, most float64
		triggers    []string
	}{
		"queue from nothing":   {"{min: 0, max: 5, queue: {name: q}}", 0, 5, []string{"queue"}},
		"queue, cpu, memory":   {"{min: 2, max: 5, cpu: 70, memory: 80, queue: {name: q, length: 4}}", 2, 5, []string{"cpu", "memory", "queue"}},
		"schedule alone":       {"{min: 1, " + schedule + "}", 1, 3, []string{"schedule"}},
		"schedule to nothing":  {"{min: 0, " + schedule + "}", 0, 3, []string{"schedule"}},
		"schedule below a max": {"{min: 1, max: 10, " + schedule + "}", 1, 10, []string{"cpu", "schedule"}},
		"all of them":          {"{min: 1, max: 10, cpu: 50, queue: {name: q}, " + schedule + "}", 1, 10, []string{"cpu", "queue", "schedule"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := up(t, "{image: 'a:1', uses: [rabbitmq], replicas: "+test.replicas+"}", scaled(""))
			assert.False(t, rec.Has(scalerType, "app"), "KEDA makes the one autoscaler")
			assert.Nil(t, mocks.As[*appsv1.Deployment](t, rec.Get(t, deploymentType, "app")).Spec.Replicas, "which owns the replicas")
			assert.Empty(t, rec.Logs, "nothing is left out")

			object := rec.Get(t, scaledObjectType, "app")
			crds.Validate(t, object.Inputs, definitions)
			assert.Contains(t, object.Dependencies, rec.Get(t, deploymentType, "app").URN, "and so is finished with before what it scales goes")
			spec := object.Inputs["spec"].(map[string]any)
			assert.Equal(t, test.least, spec["minReplicaCount"])
			assert.Equal(t, test.most, spec["maxReplicaCount"])
			assert.Equal(t, map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "name": "app"}, spec["scaleTargetRef"])
			found := triggers(t, spec)
			assert.Len(t, found, len(test.triggers))
			for _, name := range test.triggers {
				assert.Contains(t, found, name)
			}
			if cron, ok := found["schedule"]; ok {
				assert.Equal(t, map[string]any{
					"timezone": "Europe/Berlin", "start": "0 7 * * 1-5", "end": "0 20 * * 1-5", "desiredReplicas": "3",
				}, cron["metadata"])
			}
			if cpu, ok := found["cpu"]; ok {
				assert.Equal(t, "Utilization", cpu["metricType"])
			}
			_, asksABroker := found["queue"]
			assert.Equal(t, asksABroker, rec.Has(authenticationType, "app"))
			assert.Equal(t, asksABroker, spec["fallback"] != nil, "only a broker may fail to answer")
		})
	}
}

func TestQueueIsAskedAsTheWorkloadWould(t *testing.T) {
	t.Parallel()
	definitions := crds.KEDA(t)
	const text = "{image: 'a:1', uses: [rabbitmq], replicas: {min: 0, max: 5, queue: {name: orders, length: 4}}}"
	for _, ca := range []string{"", "-----BEGIN CERTIFICATE-----"} {
		rec := up(t, text, scaled(ca))
		object, authentication := rec.Get(t, scaledObjectType, "app"), rec.Get(t, authenticationType, "app")
		crds.Validate(t, authentication.Inputs, definitions)
		assert.Contains(t, object.Dependencies, authentication.URN)

		spec := object.Inputs["spec"].(map[string]any)
		queue := triggers(t, spec)["queue"]
		assert.Equal(t, map[string]any{"protocol": "amqp", "queueName": "orders", "mode": "QueueLength", "value": "4"}, queue["metadata"])
		assert.Equal(t, map[string]any{"name": "app"}, queue["authenticationRef"])
		assert.Equal(t, map[string]any{"failureThreshold": 3.0, "replicas": 1.0, "behavior": "currentReplicasIfHigher"}, spec["fallback"])

		given := authentication.Inputs["spec"].(map[string]any)
		assert.Contains(t, authentication.PropertyDependencies["spec"], rec.Get(t, secretType, "app-rabbitmq").URN, "the workload's own Secret")
		var parameters []string
		for _, each := range given["secretTargetRef"].([]any) {
			reference := each.(map[string]any)
			parameters = append(parameters, reference["parameter"].(string)+"="+reference["key"].(string))
		}
		if ca == "" {
			assert.Equal(t, []string{"host=uri"}, parameters)
			assert.NotContains(t, given, "configMapTargetRef")
			continue
		}
		assert.Equal(t, []string{"host=uri", "ca=ca"}, parameters)
		assert.Equal(t, map[string]any{"tls": "enable"}, rec.Get(t, configMapType, "app-queue").Inputs["data"])
		assert.Len(t, given["configMapTargetRef"], 1)
	}
}

func TestScaledStatefulSet(t *testing.T) {
	t.Parallel()
	rec := up(t, "{image: 'a:1', uses: [rabbitmq], volumes: {data: {size: 1Gi, mount: /data}}, replicas: {min: 0, max: 3, queue: {name: q}}}", scaled(""))
	target := rec.Get(t, scaledObjectType, "app").Inputs["spec"].(map[string]any)["scaleTargetRef"].(map[string]any)
	assert.Equal(t, "StatefulSet", target["kind"])
	assert.Nil(t, mocks.As[*appsv1.StatefulSet](t, rec.Get(t, statefulSetType, "app")).Spec.Replicas)
	assert.Len(t, rec.ByType(claimType), 3, "a disk for each that there can be")
}

// TestOnNodesThatRunNothing: where KEDA is installed and does not run, what would be scaled is there all the same, to be placed.
func TestOnNodesThatRunNothing(t *testing.T) {
	t.Parallel()
	simulated := func(args *workload.Args) { args.Simulated = true }
	for replicas, want := range map[string]int32{
		"{min: 0, max: 5, queue: {name: q}}":                                                      1,
		"{min: 2, schedule: {timeZone: Etc/UTC, start: 0 7 * * *, end: 0 20 * * *, replicas: 4}}": 4,
		"{min: 0, max: 5, cpu: 50, queue: {name: q}}":                                             1,
	} {
		rec := up(t, "{image: 'a:1', uses: [rabbitmq], replicas: "+replicas+"}", scaled(""), simulated)
		assert.True(t, rec.Has(scaledObjectType, "app"))
		assert.Equal(t, want, *mocks.As[*appsv1.Deployment](t, rec.Get(t, deploymentType, "app")).Spec.Replicas)
	}
	plain := up(t, "{image: 'a:1', replicas: {min: 2, max: 4}}", scaled(""), simulated)
	assert.Nil(t, mocks.As[*appsv1.Deployment](t, plain.Get(t, deploymentType, "app")).Spec.Replicas, "Kubernetes' own autoscaler runs there too")
}

func TestScaledObjectInPreview(t *testing.T) {
	t.Parallel()
	text := "{image: 'a:1', uses: [rabbitmq], replicas: {min: 0, max: 5, queue: {name: q}}}"
	preview := mocks.Preview(t, app(t, text, scaled("ca")), mocks.WithSecrets(password))
	assert.True(t, preview.Has(scaledObjectType, "app"))
	assert.True(t, preview.Has(authenticationType, "app"))
}

// TestWithoutKEDA: what would be scaled runs at its most needed, and that is said.
func TestWithoutKEDA(t *testing.T) {
	t.Parallel()
	rec := up(t, "{image: 'a:1', replicas: {min: 1, schedule: {timeZone: Etc/UTC, start: 0 7 * * *, end: 0 20 * * *, replicas: 3}}}")
	assert.Equal(t, int32(3), *mocks.As[*appsv1.Deployment](t, rec.Get(t, deploymentType, "app")).Spec.Replicas)
	assert.False(t, rec.Has(scaledObjectType, "app"))
	require.Len(t, rec.Logs, 1)
	assert.Contains(t, rec.Logs[0].Message, "It runs 3 replicas at any time")
}

func TestPlainAutoscalerMakesWayForKEDA(t *testing.T) {
	t.Parallel()
	rec := up(t, "{image: 'a:1', replicas: {min: 1, max: 3}}", scaled(""))
	assert.False(t, rec.Has(scaledObjectType, "app"), "Kubernetes' own will do for cpu")
	metadata := rec.Get(t, scalerType, "app").Inputs["metadata"].(map[string]any)
	assert.Equal(t, map[string]any{"validations.keda.sh/hpa-ownership": "false"}, metadata["annotations"],
		"or KEDA would refuse the ScaledObject of a workload that gets a queue later")
}

func TestRecommendation(t *testing.T) {
	t.Parallel()
	asked := func(args *workload.Args) { args.Recommender = []pulumi.Resource{} }
	for kind, text := range map[string]string{
		"Deployment":  "{image: 'a:1'}",
		"StatefulSet": "{image: 'a:1', volumes: {data: {size: 1Gi, mount: /data}}}",
	} {
		recommendation := up(t, text, asked).Get(t, recommendationType, "app").Inputs
		crds.Validate(t, recommendation)
		assert.Equal(t, map[string]any{
			"targetRef":    map[string]any{"apiVersion": "apps/v1", "kind": kind, "name": "app"},
			"updatePolicy": map[string]any{"updateMode": "Off"},
		}, recommendation["spec"])
	}
	assert.False(t, up(t, "{image: 'a:1'}").Has(recommendationType, "app"), "only where it is asked for")
	assert.False(t, up(t, "{image: 'a:1', kind: job}", asked).Has(recommendationType, "app"))
}
