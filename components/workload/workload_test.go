package workload_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/components/workload"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	deploymentType  = "kubernetes:apps/v1:Deployment"
	statefulSetType = "kubernetes:apps/v1:StatefulSet"
	jobType         = "kubernetes:batch/v1:Job"
	cronJobType     = "kubernetes:batch/v1:CronJob"
	serviceType     = "kubernetes:core/v1:Service"
	claimType       = "kubernetes:core/v1:PersistentVolumeClaim"
	secretType      = "kubernetes:core/v1:Secret"
	configMapType   = "kubernetes:core/v1:ConfigMap"
	accountType     = "kubernetes:core/v1:ServiceAccount"
	policyType      = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	budgetType      = "kubernetes:policy/v1:PodDisruptionBudget"
	scalerType      = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
)

// password is the known secret of every program here.
const password = "pa55word-of-redis"

// parsed reads a workload as a stack file has it, completes it for an environment of one replica, and checks it.
func parsed(t *testing.T, text string) workload.Spec {
	t.Helper()
	var s workload.Spec
	require.NoError(t, yaml.UnmarshalStrict([]byte(text), &s))
	s = s.Complete(1)
	var problems spec.Problems
	s.Validate("workloads.app", &problems)
	require.NoError(t, problems.Err())
	return s
}

// app is the program that makes one workload named "app", with all that its spec may need around it.
func app(t *testing.T, text string, change ...func(*workload.Args)) pulumi.RunFunc {
	t.Helper()
	s := parsed(t, text)
	return func(ctx *pulumi.Context) error {
		redis := connection.New("redis", network.Peer{Namespace: "data", App: "redis", Ports: []int{6379}}, pulumi.StringMap{
			"host": pulumi.String("redis.data.svc"), "password": pulumi.String(password),
		})
		args := &workload.Args{
			Spec: s, Namespace: pulumi.String("apps"), Connections: []connection.Connection{redis},
			Secrets: map[string]pulumi.StringOutput{"jwt": pulumi.String("jwt-1a2b").ToStringOutput()},
		}
		if len(s.Uses) == 0 {
			args.Connections = nil
		}
		for _, c := range change {
			c(args)
		}
		_, err := workload.New(ctx, "app", args, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		return err
	}
}

func up(t *testing.T, text string, change ...func(*workload.Args)) *mocks.Recording {
	t.Helper()
	return mocks.Up(t, app(t, text, change...), mocks.WithSecrets(password))
}

func deployment(t *testing.T, text string) *appsv1.Deployment {
	t.Helper()
	return mocks.As[*appsv1.Deployment](t, up(t, text).Get(t, deploymentType, "app"))
}

const full = `
image: registry.example.com/team/app:1.4.2
command: [/app]
args: [serve]
ports: { http: 8080, grpc: 9090, ws: 8081, raw: 9000 }
resources: { cpu: { request: 500m, limit: 2 }, memory: { request: 512Mi, limit: 2Gi } }
replicas: { min: 3, max: 10, cpu: 70, memory: 80 }
probes: { liveness: /actuator/health, readiness: /actuator/health/readiness }
env: { LOG_LEVEL: info }
files: { /etc/app/app.yaml: "a: 1", /etc/app/other: text }
secrets: { JWT_SECRET: { name: jwt, key: secret } }
secretFiles: { /etc/app/jwt.key: { name: jwt, key: key } }
writable: { /var/cache/app: 128Mi }
uses: [redis]
calls: [auth]
egress: [ { cidr: 203.0.113.0/24 } ]
`

func peers(args *workload.Args) {
	args.Callers = []network.Peer{{Namespace: "web", App: "frontend"}}
	args.Callees = []network.Peer{{Namespace: "apps", App: "auth", Ports: []int{8080}}}
}

// TestGolden shows all that a workload with everything in it makes, and all that one with nothing in it does.
func TestGolden(t *testing.T) {
	t.Parallel()
	mocks.Golden(t, up(t, full, peers), "full.yaml")
	mocks.Golden(t, up(t, "{image: 'a:1'}"), "minimal.yaml")
}

func TestPreviewMakesTheSame(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"service":  full,
		"stateful": "{image: 'a:1', volumes: {data: {size: 1Gi, mount: /data}}, replicas: {min: 1, max: 3}}",
		"job":      "{image: 'a:1', kind: job, uses: [redis], secrets: {K: {name: jwt, key: k}}}",
		"cronjob":  "{image: 'a:1', kind: cronjob, schedule: '0 3 * * *', uses: [redis]}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			preview := mocks.Preview(t, app(t, text), mocks.WithSecrets(password))
			assert.Equal(t, up(t, text).Names(), preview.Names())
		})
	}
}

func TestPodIsHardened(t *testing.T) {
	t.Parallel()
	d := deployment(t, "{image: 'a:1', ports: {http: 80}, user: 1000, gracePeriod: 20}")
	pod := d.Spec.Template.Spec
	assert.Equal(t, "app", pod.ServiceAccountName)
	assert.False(t, *pod.AutomountServiceAccountToken)
	assert.False(t, *pod.EnableServiceLinks)
	assert.Equal(t, int64(1000), *pod.SecurityContext.RunAsUser)
	assert.Equal(t, int64(1000), *pod.SecurityContext.FSGroup)
	assert.Equal(t, int64(25), *pod.TerminationGracePeriodSeconds, "the grace period starts after the drain")
	container := pod.Containers[0]
	assert.Equal(t, int64(5), container.Lifecycle.PreStop.Sleep.Seconds)
	assert.True(t, *container.SecurityContext.ReadOnlyRootFilesystem)
	assert.Equal(t, []corev1.VolumeMount{{Name: "plinth-writable-0", MountPath: "/tmp"}}, container.VolumeMounts)
	assert.Equal(t, "64Mi", pod.Volumes[0].EmptyDir.SizeLimit.String())

	account := mocks.As[*corev1.ServiceAccount](t, up(t, "{image: 'a:1'}").Get(t, accountType, "app"))
	assert.False(t, *account.AutomountServiceAccountToken)
}

func TestRollout(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text             string
		timeout          string
		progressDeadline int32
	}{
		"a usual one":                      {"{image: 'a:1', replicas: {min: 2}}", "10m0s", 540},
		"a GPU's image and node take long": {"{image: 'a:1', gpu: 1, replicas: {min: 2}}", "20m0s", 1140},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := up(t, test.text)
			res := rec.Get(t, deploymentType, "app")
			d := mocks.As[*appsv1.Deployment](t, res)
			assert.Equal(t, mocks.Timeouts{Create: test.timeout, Update: test.timeout}, res.Timeouts)
			assert.Equal(t, test.progressDeadline, *d.Spec.ProgressDeadlineSeconds)
			assert.Equal(t, int32(2), *d.Spec.Replicas)
			assert.Equal(t, intstr.FromInt32(0), *d.Spec.Strategy.RollingUpdate.MaxUnavailable)
			assert.Equal(t, intstr.FromString("25%"), *d.Spec.Strategy.RollingUpdate.MaxSurge)
			assert.Nil(t, d.Spec.Template.Spec.Containers[0].Lifecycle)
			assert.Equal(t, int64(30), *d.Spec.Template.Spec.TerminationGracePeriodSeconds)
			assert.False(t, rec.Has(serviceType, "app"))
			assert.Contains(t, res.Dependencies, rec.Get(t, policyType, "app").URN, "the network is open before the pods come")
		})
	}
}

func TestProbes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		probes string
		want   corev1.ProbeHandler
	}{
		"http":         {"/ok", corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/ok", Port: intstr.FromString("http")}}},
		"grpc":         {"{grpc: ''}", corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Port: 9090, Service: new("")}}},
		"grpc service": {"{grpc: a.B}", corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Port: 9090, Service: new("a.B")}}},
		"tcp":          {"{tcp: true, port: raw}", corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromString("raw")}}},
		"exec":         {"{exec: [ls, /]}", corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"ls", "/"}}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "{image: 'a:1', ports: {http: 8080, grpc: 9090, raw: 9000}, probes: {liveness: %s}}"
			container := deployment(t, fmt.Sprintf(text, test.probes)).Spec.Template.Spec.Containers[0]
			assert.Equal(t, &corev1.Probe{
				ProbeHandler: test.want, PeriodSeconds: 10, TimeoutSeconds: 3, FailureThreshold: 3,
			}, container.LivenessProbe)
			assert.Equal(t, &corev1.Probe{
				ProbeHandler: test.want, PeriodSeconds: 10, TimeoutSeconds: 3, FailureThreshold: 30,
			}, container.StartupProbe, "five minutes to start")
			assert.Nil(t, container.ReadinessProbe)
		})
	}
}

func TestPlacement(t *testing.T) {
	t.Parallel()
	spotToleration := corev1.Toleration{Key: "plinth.dev/spot", Operator: "Equal", Value: "true", Effect: "NoSchedule"}
	gpuToleration := corev1.Toleration{Key: "nvidia.com/gpu", Operator: "Exists", Effect: "NoSchedule"}
	tests := map[string]struct {
		text        string
		tolerations []corev1.Toleration
		preferred   string
		required    string
		pool        string
		priority    string
		gpus        int64
	}{
		"anywhere":      {text: "{image: 'a:1'}", priority: "plinth-normal"},
		"spot":          {text: "{image: 'a:1', spot: true}", tolerations: []corev1.Toleration{spotToleration}, preferred: "plinth.dev/spot", priority: "plinth-normal"},
		"gpu":           {text: "{image: 'a:1', gpu: 2}", tolerations: []corev1.Toleration{gpuToleration}, required: "plinth.dev/gpu", priority: "plinth-normal", gpus: 2},
		"gpu on spot":   {text: "{image: 'a:1', gpu: 1, spot: true}", tolerations: []corev1.Toleration{spotToleration, gpuToleration}, preferred: "plinth.dev/spot", required: "plinth.dev/gpu", priority: "plinth-normal", gpus: 1},
		"pinned":        {text: "{image: 'a:1', pool: big}", pool: "big", priority: "plinth-normal"},
		"high priority": {text: "{image: 'a:1', priority: high}", priority: "plinth-high"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pod := deployment(t, test.text).Spec.Template.Spec
			assert.Equal(t, test.tolerations, pod.Tolerations)
			assert.Equal(t, test.pool, pod.NodeSelector["plinth.dev/pool"])
			assert.Equal(t, test.priority, pod.PriorityClassName)
			preferred, required := "", ""
			if pod.Affinity != nil {
				nodes := pod.Affinity.NodeAffinity
				for _, term := range nodes.PreferredDuringSchedulingIgnoredDuringExecution {
					preferred = term.Preference.MatchExpressions[0].Key
					assert.Equal(t, []string{"true"}, term.Preference.MatchExpressions[0].Values)
				}
				if nodes.RequiredDuringSchedulingIgnoredDuringExecution != nil {
					expression := nodes.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms[0].MatchExpressions[0]
					required = expression.Key
					assert.Equal(t, corev1.NodeSelectorOpExists, expression.Operator)
				}
			}
			assert.Equal(t, test.preferred, preferred)
			assert.Equal(t, test.required, required)
			for _, list := range []corev1.ResourceList{pod.Containers[0].Resources.Requests, pod.Containers[0].Resources.Limits} {
				assert.Equal(t, test.gpus, list.Name("nvidia.com/gpu", "1").Value())
			}
			var keys []string
			for _, constraint := range pod.TopologySpreadConstraints {
				keys = append(keys, constraint.TopologyKey)
				assert.Equal(t, []string{"pod-template-hash"}, constraint.MatchLabelKeys)
			}
			assert.Equal(t, []string{"topology.kubernetes.io/zone", "kubernetes.io/hostname"}, keys)
		})
	}
}

func TestReplicas(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		replicas string
		fixed    *int32
		least    int32
		most     int32
		metrics  map[corev1.ResourceName]int32
	}{
		"fixed":              {replicas: "{min: 3}", fixed: new(int32(3))},
		"none":               {replicas: "{min: 0}", fixed: new(int32(0))},
		"default target":     {replicas: "{min: 2, max: 4}", least: 2, most: 4, metrics: map[corev1.ResourceName]int32{"cpu": 80}},
		"both targets":       {replicas: "{min: 3, max: 10, cpu: 70, memory: 80}", least: 3, most: 10, metrics: map[corev1.ResourceName]int32{"cpu": 70, "memory": 80}},
		"queue alone":        {replicas: "{min: 2, max: 5, queue: {name: q}}", fixed: new(int32(2))},
		"queue from nothing": {replicas: "{min: 0, max: 5, queue: {name: q}}", fixed: new(int32(1))},
		"queue and cpu":      {replicas: "{min: 0, max: 5, cpu: 50, queue: {name: q}}", least: 1, most: 5, metrics: map[corev1.ResourceName]int32{"cpu": 50}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := up(t, "{image: 'a:1', replicas: "+test.replicas+"}")
			assert.Equal(t, test.fixed, mocks.As[*appsv1.Deployment](t, rec.Get(t, deploymentType, "app")).Spec.Replicas)

			budget := mocks.As[*policyv1.PodDisruptionBudget](t, rec.Get(t, budgetType, "app"))
			assert.Equal(t, intstr.FromInt32(1), *budget.Spec.MaxUnavailable, "a single replica can be drained")
			assert.Nil(t, budget.Spec.MinAvailable)
			assert.Equal(t, policyv1.AlwaysAllow, *budget.Spec.UnhealthyPodEvictionPolicy)

			require.Equal(t, test.fixed == nil, rec.Has(scalerType, "app"))
			if test.fixed != nil {
				return
			}
			scaler := mocks.As[*autoscalingv2.HorizontalPodAutoscaler](t, rec.Get(t, scalerType, "app"))
			assert.Equal(t, test.least, *scaler.Spec.MinReplicas)
			assert.Equal(t, test.most, scaler.Spec.MaxReplicas)
			assert.Equal(t, autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "app"}, scaler.Spec.ScaleTargetRef)
			metrics := map[corev1.ResourceName]int32{}
			for _, m := range scaler.Spec.Metrics {
				metrics[m.Resource.Name] = *m.Resource.Target.AverageUtilization
			}
			assert.Equal(t, test.metrics, metrics)
			assert.Equal(t, int32(300), *scaler.Spec.Behavior.ScaleDown.StabilizationWindowSeconds)
		})
	}
}

func TestService(t *testing.T) {
	t.Parallel()
	rec := up(t, "{image: 'a:1', ports: {http: 8080, grpc: 9090, ws: 8081, rest: 8082, raw: 9000}}")
	service := mocks.As[*corev1.Service](t, rec.Get(t, serviceType, "app"))
	assert.Equal(t, corev1.ServiceTypeClusterIP, service.Spec.Type)
	assert.Equal(t, map[string]string{"app.kubernetes.io/name": "app", "app.kubernetes.io/instance": "app"}, service.Spec.Selector)
	protocols := map[string]string{}
	for _, port := range service.Spec.Ports {
		assert.Equal(t, intstr.FromString(port.Name), port.TargetPort)
		if port.AppProtocol != nil {
			protocols[port.Name] = *port.AppProtocol
		}
	}
	assert.Equal(t, map[string]string{
		"http": "http", "rest": "http", "grpc": "kubernetes.io/h2c", "ws": "kubernetes.io/ws",
	}, protocols)
	assert.Equal(t, "app.apps.svc", rec.Get(t, "plinth:workload:Workload", "app").Outputs["host"])
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text    string
		change  func(*workload.Args)
		ingress string
		egress  []string
	}{
		"nothing asked for, nothing opened": {text: "{image: 'a:1', ports: {http: 80}}"},
		"everything asked for, that opened": {
			text: full, change: peers, ingress: "web/frontend 8080,8081,9000,9090",
			egress: []string{"apps/auth 8080", "data/redis 6379", "203.0.113.0/24 443"},
		},
		"a job": {
			text:   "{image: 'a:1', kind: job, uses: [redis]}",
			egress: []string{"data/redis 6379"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			change := test.change
			if change == nil {
				change = func(*workload.Args) {}
			}
			policy := mocks.As[*networkingv1.NetworkPolicy](t, up(t, test.text, change).Get(t, policyType, "app"))
			assert.Equal(t, []networkingv1.PolicyType{"Ingress", "Egress"}, policy.Spec.PolicyTypes)
			assert.Equal(t, map[string]string{"app.kubernetes.io/name": "app"}, policy.Spec.PodSelector.MatchLabels)
			var ingress string
			for _, rule := range policy.Spec.Ingress {
				ingress += opened(rule.From, rule.Ports)
			}
			var egress []string
			for _, rule := range policy.Spec.Egress {
				egress = append(egress, opened(rule.To, rule.Ports))
			}
			assert.Equal(t, test.ingress, ingress)
			assert.Equal(t, test.egress, egress)
		})
	}
}

// opened writes a rule as "namespace/app ports".
func opened(peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) string {
	var names, numbers []string
	for _, peer := range peers {
		if peer.IPBlock != nil {
			names = append(names, peer.IPBlock.CIDR)
			continue
		}
		names = append(names, peer.NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"]+"/"+peer.PodSelector.MatchLabels["app.kubernetes.io/name"])
	}
	for _, port := range ports {
		numbers = append(numbers, port.Port.String())
	}
	return strings.Join(names, ",") + " " + strings.Join(numbers, ",")
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	rec := up(t, full)
	d := mocks.As[*appsv1.Deployment](t, rec.Get(t, deploymentType, "app"))
	container := d.Spec.Template.Spec.Containers[0]

	refs := map[string]string{}
	for _, variable := range container.Env {
		require.Empty(t, variable.Value, "%s: secrets come by reference", variable.Name)
		ref := variable.ValueFrom.SecretKeyRef
		refs[variable.Name] = ref.Name + "/" + ref.Key
	}
	require.ElementsMatch(t, []string{"JWT_SECRET", "REDIS_HOST", "REDIS_PASSWORD"}, slices.Collect(maps.Keys(refs)))
	assert.Equal(t, "jwt-1a2b/secret", refs["JWT_SECRET"])
	assert.Regexp(t, `^app-redis-[0-9a-f]{8}/host$`, refs["REDIS_HOST"])
	assert.Regexp(t, `^app-redis-[0-9a-f]{8}/password$`, refs["REDIS_PASSWORD"])

	secret := rec.Get(t, secretType, "app-redis")
	assert.IsType(t, mocks.Secret(""), secret.Inputs["stringData"])
	assert.Equal(t, password, mocks.As[*corev1.Secret](t, secret).StringData["password"])
	config := mocks.As[*corev1.ConfigMap](t, rec.Get(t, configMapType, "app-env"))
	assert.Equal(t, map[string]string{"LOG_LEVEL": "info"}, config.Data)
	assert.True(t, *config.Immutable)
	assert.Empty(t, config.Name, "the provider names it, and anew for new content")
	assert.Regexp(t, `^app-env-`, container.EnvFrom[0].ConfigMapRef.Name)
}

func TestFiles(t *testing.T) {
	t.Parallel()
	rec := up(t, full)
	pod := mocks.As[*appsv1.Deployment](t, rec.Get(t, deploymentType, "app")).Spec.Template.Spec
	mounts := map[string]corev1.VolumeMount{}
	for _, mount := range pod.Containers[0].VolumeMounts {
		mounts[mount.MountPath] = mount
	}
	config := mocks.As[*corev1.ConfigMap](t, rec.Get(t, configMapType, "app-files"))
	assert.Equal(t, "a: 1", config.Data[mounts["/etc/app/app.yaml"].SubPath])
	assert.Equal(t, "text", config.Data[mounts["/etc/app/other"].SubPath])
	assert.True(t, mounts["/etc/app/other"].ReadOnly)
	assert.Equal(t, "plinth-secrets", mounts["/etc/app/jwt.key"].Name)
	assert.Contains(t, mounts, "/var/cache/app")
	assert.Contains(t, mounts, "/tmp")

	i := slices.IndexFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == "plinth-secrets" })
	source := pod.Volumes[i].Projected.Sources[0].Secret
	assert.Equal(t, "jwt-1a2b", source.Name)
	assert.Equal(t, []corev1.KeyToPath{{Key: "key", Path: mounts["/etc/app/jwt.key"].SubPath}}, source.Items)
}

func TestOwnVolumes(t *testing.T) {
	t.Parallel()
	const text = "{image: 'a:1', ports: {http: 80}, volumes: {data: {size: %s, mount: /data, class: fast}}, replicas: {min: 1, max: 3}}"
	rec := up(t, fmt.Sprintf(text, "50Gi"), func(args *workload.Args) { args.KeepData = true })
	assert.False(t, rec.Has(deploymentType, "app"))

	res := rec.Get(t, statefulSetType, "app")
	set := mocks.As[*appsv1.StatefulSet](t, res)
	assert.Nil(t, set.Spec.Replicas, "the autoscaler owns them")
	assert.Equal(t, "StatefulSet", mocks.As[*autoscalingv2.HorizontalPodAutoscaler](t, rec.Get(t, scalerType, "app")).Spec.ScaleTargetRef.Kind)
	assert.Contains(t, set.Spec.Template.Spec.Containers[0].VolumeMounts, corev1.VolumeMount{Name: "data", MountPath: "/data"})
	assert.Equal(t, []string{"controller-revision-hash"}, set.Spec.Template.Spec.TopologySpreadConstraints[0].MatchLabelKeys)
	peers := mocks.As[*corev1.Service](t, rec.Get(t, serviceType, "app-peers"))
	assert.Equal(t, set.Spec.ServiceName, peers.Name)
	assert.Equal(t, "None", peers.Spec.ClusterIP)

	require.Len(t, rec.ByType(claimType), 3, "one for each replica that there can be")
	for ordinal := range 3 {
		name := fmt.Sprintf("%s-%s-%d", set.Spec.VolumeClaimTemplates[0].Name, set.Name, ordinal)
		claimed := rec.Get(t, claimType, name)
		claim := mocks.As[*corev1.PersistentVolumeClaim](t, claimed)
		assert.Equal(t, name, claim.Name, "the StatefulSet finds it by this name")
		assert.Equal(t, "50Gi", claim.Spec.Resources.Requests.Storage().String())
		assert.Equal(t, "fast", *claim.Spec.StorageClassName)
		assert.Equal(t, []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}, claim.Spec.AccessModes)
		assert.Equal(t, "true", claim.Annotations["pulumi.com/skipAwait"])
		assert.True(t, claimed.Protect)
		assert.True(t, claimed.RetainOnDelete)
		assert.Contains(t, res.Dependencies, claimed.URN, "or the StatefulSet would make its own")
	}

	grown := up(t, fmt.Sprintf(text, "80Gi")).Get(t, statefulSetType, "app")
	assert.Equal(t, res.Inputs, grown.Inputs, "growing a disk leaves the StatefulSet alone")
}

func TestSharedVolume(t *testing.T) {
	t.Parallel()
	rec := up(t, "{image: 'a:1', volumes: {media: {size: 5Gi, mount: /media, shared: true}}, replicas: {min: 2}}")
	claimed := rec.Get(t, claimType, "media-app")
	claim := mocks.As[*corev1.PersistentVolumeClaim](t, claimed)
	assert.Equal(t, []corev1.PersistentVolumeAccessMode{corev1.ReadWriteMany}, claim.Spec.AccessModes)
	assert.False(t, claimed.Protect)
	pod := mocks.As[*appsv1.Deployment](t, rec.Get(t, deploymentType, "app")).Spec.Template.Spec
	assert.Contains(t, pod.Volumes, corev1.Volume{Name: "media", VolumeSource: corev1.VolumeSource{
		PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "media-app"},
	}})
	assert.Contains(t, pod.Containers[0].VolumeMounts, corev1.VolumeMount{Name: "media", MountPath: "/media"})
}

func TestTmpMayBeAVolume(t *testing.T) {
	t.Parallel()
	set := mocks.As[*appsv1.StatefulSet](t, up(t, "{image: 'a:1', volumes: {scratch: {size: 5Gi, mount: /tmp}}}").Get(t, statefulSetType, "app"))
	assert.Equal(t, []corev1.VolumeMount{{Name: "scratch", MountPath: "/tmp"}}, set.Spec.Template.Spec.Containers[0].VolumeMounts)
}

func TestJob(t *testing.T) {
	t.Parallel()
	rec := up(t, "{image: 'a:1', kind: job, deadline: 600, retries: 1, volumes: {data: {size: 1Gi, mount: /data}}}")
	res := rec.Get(t, jobType, "app")
	job := mocks.As[*batchv1.Job](t, res)
	assert.Empty(t, job.Name, "a change makes a new one, which runs")
	assert.Nil(t, job.Spec.TTLSecondsAfterFinished, "a refresh would miss it and run it again")
	assert.Equal(t, int32(1), *job.Spec.BackoffLimit)
	assert.Equal(t, int64(600), *job.Spec.ActiveDeadlineSeconds)
	assert.Equal(t, corev1.RestartPolicyNever, job.Spec.Template.Spec.RestartPolicy)
	assert.Equal(t, "data-app", job.Spec.Template.Spec.Volumes[1].PersistentVolumeClaim.ClaimName)
	assert.Equal(t, mocks.Timeouts{Create: "11m0s", Update: "11m0s"}, res.Timeouts, "the deadline and a minute")
	assert.False(t, rec.Has(budgetType, "app"))
	assert.False(t, rec.Has(serviceType, "app"))
	assert.True(t, rec.Has(accountType, "app"))
}

func TestCronJob(t *testing.T) {
	t.Parallel()
	rec := up(t, "{image: 'a:1', kind: cronjob, schedule: '0 3 * * *', timeZone: Europe/Berlin}")
	cron := mocks.As[*batchv1.CronJob](t, rec.Get(t, cronJobType, "app"))
	assert.Equal(t, "app", cron.Name)
	assert.Equal(t, "0 3 * * *", cron.Spec.Schedule)
	assert.Equal(t, "Europe/Berlin", *cron.Spec.TimeZone)
	assert.Equal(t, batchv1.ForbidConcurrent, cron.Spec.ConcurrencyPolicy)
	run := cron.Spec.JobTemplate.Spec
	assert.Equal(t, int32(86400), *run.TTLSecondsAfterFinished)
	assert.Equal(t, int32(3), *run.BackoffLimit)
	assert.Equal(t, int64(3600), *run.ActiveDeadlineSeconds)
}

func TestLabels(t *testing.T) {
	t.Parallel()
	for image, version := range map[string]string{
		"registry.example.com/app:1.4.2":           "1.4.2",
		"app@sha256:" + strings.Repeat("ab", 32):   "abababababab",
		"app:2@sha256:" + strings.Repeat("ab", 32): "2",
		"app:v1-": "",
		"app":     "",
	} {
		t.Run(image, func(t *testing.T) {
			t.Parallel()
			d := deployment(t, fmt.Sprintf("{image: %q}", image))
			want := map[string]string{
				"app.kubernetes.io/name": "app", "app.kubernetes.io/instance": "app", "app.kubernetes.io/component": "service",
				"app.kubernetes.io/part-of": "plinth", "app.kubernetes.io/managed-by": "pulumi",
			}
			if version != "" {
				want["app.kubernetes.io/version"] = version
			}
			assert.Equal(t, want, d.Labels)
			assert.Equal(t, want, d.Spec.Template.Labels)
			assert.NotContains(t, d.Spec.Selector.MatchLabels, "app.kubernetes.io/version", "selectors are immutable")
		})
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, service, want string }{
		"a route":    {"{image: 'a:1', ports: {http: 80}, route: {host: api}}", "gateway", "workloads.app.route: api is not published"},
		"a queue":    {"{image: 'a:1', replicas: {min: 0, max: 3, queue: {name: q}}}", "autoscaling", "It runs 1 replicas"},
		"a schedule": {"{image: 'a:1', replicas: {min: 1, max: 3, schedule: {start: 0 8 * * *, end: 0 20 * * *, timeZone: UTC, replicas: 3}}}", "autoscaling", "workloads.app.replicas.schedule: the time of day does not"},
		"tracing":    {"{image: 'a:1', tracing: true}", "tracing", "workloads.app.tracing: nobody takes its traces"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := up(t, test.text)
			require.Len(t, rec.Logs, 1)
			assert.Equal(t, "WARNING", rec.Logs[0].Severity)
			assert.Contains(t, rec.Logs[0].Message, test.want)
			assert.Equal(t, rec.Get(t, "plinth:workload:Workload", "app").URN, rec.Logs[0].URN)

			skipped := up(t, test.text, func(args *workload.Args) { args.Skipped = []string{test.service} })
			assert.Empty(t, skipped.Logs, "it was told for the whole platform")
		})
	}
	assert.Empty(t, up(t, "{image: 'a:1'}").Logs)
}

func TestWhatIsMissing(t *testing.T) {
	t.Parallel()
	bare := func(args *workload.Args) { args.Connections, args.Secrets = nil, nil }
	for text, want := range map[string]string{
		"{image: 'a:1', uses: [redis]}":                              "it uses redis, and no connection to that was given",
		"{image: 'a:1', secrets: {K: {name: jwt, key: k}}}":          "it reads the secret jwt",
		"{image: 'a:1', secretFiles: {/etc/k: {name: jwt, key: k}}}": "it reads the secret jwt",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			assert.ErrorContains(t, mocks.Fail(t, app(t, text, bare)), want)
		})
	}
}

func TestPriorities(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, func(ctx *pulumi.Context) error {
		_, err := workload.NewPriorities(ctx, "priorities", pulumi.Provider(mocks.Kubernetes(t, ctx)))
		return err
	})
	values := map[string]int32{}
	for _, res := range rec.ByType("kubernetes:scheduling.k8s.io/v1:PriorityClass") {
		class := mocks.As[*schedulingv1.PriorityClass](t, res)
		values[class.Name] = class.Value
		assert.False(t, class.GlobalDefault)
	}
	assert.Equal(t, map[string]int32{
		workload.PriorityClass("low"): -10, workload.PriorityClass("normal"): 0, workload.PriorityClass("high"): 1000,
	}, values)
}

func TestPublished(t *testing.T) {
	t.Parallel()
	rec := up(t, "{image: 'a:1', ports: {http: 80}, route: {host: api, timeout: 5, maxBody: 1Mi}}", func(args *workload.Args) { args.Published = true })
	assert.Empty(t, rec.Logs)
}

func TestRolledBySecrets(t *testing.T) {
	t.Parallel()
	roll := func(args *workload.Args) { args.RollOn = "roll.example/on" }
	annotations := func(rec *mocks.Recording, typ string) any {
		return rec.Get(t, typ, "app").Inputs["metadata"].(map[string]any)["annotations"]
	}
	want := map[string]any{"roll.example/on": "jwt-1a2b"}
	assert.Equal(t, want, annotations(up(t, full, roll), deploymentType))
	withVolume := "{image: 'a:1', secrets: {K: {name: jwt, key: k}}, volumes: {d: {size: 1Gi, mount: /d}}}"
	assert.Equal(t, want, annotations(up(t, withVolume, roll), statefulSetType))
	assert.Nil(t, annotations(up(t, "{image: 'a:1'}", roll), deploymentType))
	assert.Nil(t, annotations(up(t, full), deploymentType), "where names change with content, that rolls it")
}
