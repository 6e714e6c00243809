package tests

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// environments are the stack files of the repository.
var environments = []string{"dev", "stage", "prod"}

// readStackFile returns the values of a stack file of the repository.
func readStackFile(t testing.TB, stack string) map[string]any {
	t.Helper()
	content, err := os.ReadFile("../Pulumi." + stack + ".yaml")
	require.NoError(t, err)
	var file struct {
		Config map[string]any `json:"config"`
	}
	require.NoError(t, yaml.Unmarshal(content, &file))
	return file.Config
}

// stackFile is a stack file of the repository for the cluster of the kubeconfig in force.
func stackFile(t *testing.T, stack string) mocks.Option {
	t.Helper()
	values := readStackFile(t, stack)
	values["plinth:cloud"] = "existing"
	delete(values, "plinth:region")
	return asConfig(t, values)
}

// asConfig hands values over as the engine does.
func asConfig(t testing.TB, from map[string]any) mocks.Option {
	t.Helper()
	values := map[string]string{}
	for key, value := range from {
		if text, ok := value.(string); ok {
			values[key] = text
			continue
		}
		structured, err := json.Marshal(value)
		require.NoError(t, err)
		values[key] = string(structured)
	}
	return mocks.WithConfig(values)
}

// eachEnvironment runs the platform for every stack file, in up and in preview.
func eachEnvironment(t *testing.T, test func(t *testing.T, stack string, recording *mocks.Recording)) {
	t.Helper()
	for _, stack := range environments {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				test(t, stack, run(t, stacks.Platform, stackFile(t, stack), mocks.WithStack(stack)))
			})
		})
	}
}

func TestPlatformBringsEverythingTheStackFileNames(t *testing.T) {
	t.Parallel()
	eachEnvironment(t, func(t *testing.T, stack string, r *mocks.Recording) {
		for _, workload := range []string{"api-gateway", "auth", "data-upload", "ml-inference"} {
			assert.True(t, r.Has("plinth:workload:Workload", workload), "workload %s", workload)
		}
		for _, component := range []string{"plinth:postgres:Postgres postgres", "plinth:redis:Redis redis", "plinth:rabbitmq:RabbitMQ rabbitmq"} {
			assert.Contains(t, r.Names(), component)
		}
	})
}

// privileged are the namespaces whose pods need more than restricted ones may have, and what for. Add to it only what a review has
// agreed to.
var privileged = map[string]string{
	"monitoring-nodes": "node-exporter reads the host's own files, in its network and beside its processes",
	"gpu-metrics":      "dcgm-exporter reads the GPUs of its host, and the list of pods that have them",
	"logging-agents":   "the pods' logs are files of the host",
}

func TestPlatformEnforcesRestrictedPodsEverywhere(t *testing.T) {
	t.Parallel()
	eachEnvironment(t, func(t *testing.T, stack string, r *mocks.Recording) {
		var names []string
		for _, resource := range r.ByType("kubernetes:core/v1:Namespace") {
			namespace := mocks.As[*corev1.Namespace](t, resource)
			names = append(names, namespace.Name)
			level := "restricted"
			if privileged[namespace.Name] != "" {
				level = "privileged"
			}
			assert.Equal(t, level, namespace.Labels["pod-security.kubernetes.io/enforce"], namespace.Name)
		}
		assert.Subset(t, names, []string{"apps", "data"})
	})
}

func TestPlatformDeniesAllTrafficThatIsNotDeclared(t *testing.T) {
	t.Parallel()
	eachEnvironment(t, func(t *testing.T, stack string, r *mocks.Recording) {
		denied := map[string]bool{}
		for _, resource := range r.ByType("kubernetes:networking.k8s.io/v1:NetworkPolicy") {
			policy := mocks.As[*networkingv1.NetworkPolicy](t, resource)
			everything := len(policy.Spec.PodSelector.MatchLabels)+len(policy.Spec.PodSelector.MatchExpressions) == 0
			if everything && len(policy.Spec.Ingress) == 0 && slices.Contains(policy.Spec.PolicyTypes, networkingv1.PolicyTypeIngress) &&
				slices.Contains(policy.Spec.PolicyTypes, networkingv1.PolicyTypeEgress) {
				denied[resource.URN] = true
			}
			ours := slices.Contains([]string{"apps", "data"}, policy.Namespace) // operators have webhooks, asked by the API server
			for _, rule := range policy.Spec.Ingress {
				assert.True(t, len(rule.From) > 0 || !ours, "%s admits anyone", resource.Name)
				assert.NotEmpty(t, rule.Ports, "%s opens every port", resource.Name)
			}
		}
		assert.Len(t, denied, len(r.ByType("kubernetes:core/v1:Namespace")), "one default deny for each namespace")
	})
}

// highlyAvailable are the data services by what their pods are called in mode ha.
var highlyAvailable = map[string]string{"postgresql": "postgres", "redis-ha": "redis", "rabbitmq-ha": "rabbitmq"}

func TestPlatformAdmitsToDataOnlyThoseThatUseIt(t *testing.T) {
	t.Parallel()
	want := map[string][]string{
		"postgres": {"auth", "data-upload"},
		"redis":    {"api-gateway", "auth"},
		"rabbitmq": {"api-gateway", "data-upload", "ml-inference"},
	}
	eachEnvironment(t, func(t *testing.T, stack string, r *mocks.Recording) {
		got := map[string][]string{}
		for _, resource := range r.ByType("kubernetes:networking.k8s.io/v1:NetworkPolicy") {
			policy := mocks.As[*networkingv1.NetworkPolicy](t, resource)
			server := policy.Spec.PodSelector.MatchLabels["app.kubernetes.io/name"]
			if name, ha := highlyAvailable[server]; ha { // whose servers admit each other and their operator too
				server = name
			}
			if _, isData := want[server]; !isData {
				continue
			}
			for _, rule := range policy.Spec.Ingress {
				for _, peer := range rule.From {
					if peer.NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"] == "apps" {
						got[server] = append(got[server], peer.PodSelector.MatchLabels["app.kubernetes.io/name"])
					}
				}
			}
			slices.Sort(got[server])
			got[server] = slices.Compact(got[server])
		}
		assert.Equal(t, want, got)
	})
}

func TestPlatformProtectsDataInProdOnly(t *testing.T) {
	t.Parallel()
	eachEnvironment(t, func(t *testing.T, stack string, r *mocks.Recording) {
		claims := r.ByType("kubernetes:core/v1:PersistentVolumeClaim")
		require.NotEmpty(t, claims)
		for _, claim := range claims {
			if claim.Name == "tracing-jaeger" || strings.HasPrefix(claim.Name, "monitoring-metrics-") { // which nothing depends on
				continue
			}
			assert.Equal(t, stack == "prod", claim.Protect, "protect of %s in %s", claim.Name, stack)
		}
		for _, name := range []string{"apps", "data"} {
			namespace := r.Get(t, "kubernetes:core/v1:Namespace", name)
			assert.Equal(t, stack == "prod", namespace.Protect, "with namespace %s go its claims", name)
		}
	})
}

func TestProdsProtectionIsLiftedInTwoSteps(t *testing.T) {
	t.Parallel()
	r := mocks.Up(t, stacks.Platform, stackFile(t, "prod"), mocks.WithStack("prod"),
		mocks.WithConfig(map[string]string{"plinth:destroy": "allow"}))
	for _, resource := range r.Resources() {
		// A cluster's definitions stay, as those of charts do: with one goes every object of its kind, whoever's it is.
		kept := resource.RetainOnDelete && resource.Type != "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
		assert.False(t, resource.Protect || kept, "%s would outlive a destroy", resource.Name)
	}
}

func TestApiGatewayInProd(t *testing.T) {
	t.Parallel()
	r := mocks.Up(t, stacks.Platform, stackFile(t, "prod"), mocks.WithStack("prod"))

	deployment := mocks.As[*appsv1.Deployment](t, r.Get(t, "kubernetes:apps/v1:Deployment", "api-gateway"))
	assert.Nil(t, deployment.Spec.Replicas, "replicas belong to the autoscaler")
	container := deployment.Spec.Template.Spec.Containers[0]
	assert.Equal(t, "/actuator/health", container.LivenessProbe.HTTPGet.Path)
	assert.Equal(t, "/actuator/health/readiness", container.ReadinessProbe.HTTPGet.Path)

	env := map[string]*corev1.SecretKeySelector{}
	for _, e := range container.Env {
		if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil {
			env[e.Name] = e.ValueFrom.SecretKeyRef
		}
	}
	require.Contains(t, env, "JWT_SECRET")
	assert.Equal(t, "secret", env["JWT_SECRET"].Key)
	for _, name := range []string{"REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD", "REDIS_URI", "RABBITMQ_HOST", "RABBITMQ_USERNAME", "RABBITMQ_URI"} {
		assert.Contains(t, slices.Sorted(maps.Keys(env)), name)
	}
	for name := range env {
		assert.False(t, strings.HasPrefix(name, "POSTGRES_"), "api-gateway does not use postgres, and got %s", name)
	}

	hpa := mocks.As[*autoscalingv2.HorizontalPodAutoscaler](t, r.ByType("kubernetes:autoscaling/v2:HorizontalPodAutoscaler")[0])
	assert.Equal(t, "api-gateway", hpa.Spec.ScaleTargetRef.Name)
	assert.EqualValues(t, 3, *hpa.Spec.MinReplicas)
	assert.EqualValues(t, 10, hpa.Spec.MaxReplicas)
	targets := map[corev1.ResourceName]int32{}
	for _, metric := range hpa.Spec.Metrics {
		targets[metric.Resource.Name] = *metric.Resource.Target.AverageUtilization
	}
	assert.Equal(t, map[corev1.ResourceName]int32{"cpu": 70, "memory": 80}, targets)
}

func TestTheSmallestStack(t *testing.T) {
	t.Parallel()
	r := mocks.Up(t, stacks.Platform, mocks.WithConfig(map[string]string{
		"plinth:cloud":     "existing",
		"plinth:workloads": `{"web": {"image": "registry.example.com/web:1", "ports": {"http": 8080}}}`,
	}))
	assert.True(t, r.Has("kubernetes:apps/v1:Deployment", "web"))
	assert.Empty(t, r.ByType("kubernetes:core/v1:Secret"), "nothing asked for a secret")
	assert.Len(t, r.ByType("kubernetes:core/v1:Namespace"), 1, "no data service, no namespace for them")
}

func TestAStackFileWithMistakesRegistersNothing(t *testing.T) {
	t.Parallel()
	err := mocks.Fail(t, stacks.Platform, mocks.WithConfig(map[string]string{
		"plinth:cloud":     "existing",
		"plinth:workloads": `{"api": {"image": "api:1", "calls": ["nobody"]}, "web": {"image": "web:1", "replicas": {"min": 3, "max": 2}}}`,
	}))
	assert.ErrorContains(t, err, "plinth:workloads.api.calls")
	assert.ErrorContains(t, err, "plinth:workloads.web.replicas")
}
