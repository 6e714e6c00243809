package e2e

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

// TestLifecycle takes the dev stack, as it ships, through its life: what a team does in its first week.
func TestLifecycle(t *testing.T) {
	t.Parallel()
	p := newProject(t, "dev")

	up := p.ok("up")
	for _, word := range []string{"api-gateway", "auth", "data-upload", "ml-inference", "postgres", "redis", "rabbitmq", "KUBECONFIG=", "stand-in"} {
		assert.Contains(t, up, word, "the summary of the first up")
	}
	client := p.client()
	assertRunsAsTheStackFileSays(t, client)
	secrets := secretValues(t, client)
	p.assertHolds(secrets)

	t.Log("a second up changes nothing")
	generation := deployment(t, client, "api-gateway").Generation
	assert.Contains(t, p.ok("up"), "no change")
	assert.Equal(t, generation, deployment(t, client, "api-gateway").Generation)

	t.Log("a new image rolls out")
	p.edit("registry.med-diagnosis.com/auth:1.4.2", "registry.med-diagnosis.com/auth:1.5.0")
	assert.Contains(t, p.ok("preview"), "auth:1.5.0", "the preview shows the new image")
	assert.Equal(t, "registry.med-diagnosis.com/auth:1.4.2", image(t, client, "auth"), "a preview changes nothing")
	p.ok("up")
	assert.Equal(t, "registry.med-diagnosis.com/auth:1.5.0", image(t, client, "auth"))
	assertReady(t, deployment(t, client, "auth"))

	t.Log("a changed config value replaces the pods that read it")
	before := pods(t, client, "ml-inference")
	p.edit("MODEL_NAME: diagnosis,", "MODEL_NAME: diagnosis-v2,")
	p.ok("up")
	assert.NotEqual(t, before, pods(t, client, "ml-inference"), "pods still read the old value")

	t.Log("more replicas")
	p.edit("auth:1.5.0\n", "auth:1.5.0\n      replicas: { min: 2 }\n")
	p.ok("up")
	assert.EqualValues(t, 2, deployment(t, client, "auth").Status.ReadyReplicas)

	t.Log("drift is found and repaired")
	drift(t, client, "auth", "registry.med-diagnosis.com/auth:evil")
	p.ok("up", "--refresh")
	assert.Equal(t, "registry.med-diagnosis.com/auth:1.5.0", image(t, client, "auth"))

	t.Log("passwords stay through all of it")
	now := secretValues(t, client)
	assert.Equal(t, digests(secrets["data"]), digests(now["data"]))

	t.Log("destroy leaves nothing")
	assert.Contains(t, p.ok("down", "--keep-cluster"), "deleted")
	assertEmpty(t, client)
}

func assertRunsAsTheStackFileSays(t *testing.T, client kubernetes.Interface) {
	t.Helper()
	for _, name := range []string{"api-gateway", "auth", "data-upload"} {
		assertReady(t, deployment(t, client, name))
	}
	for namespace, names := range map[string][]string{"apps": {"ml-inference"}, "data": {"postgres", "redis", "rabbitmq"}} {
		for _, name := range names {
			set, err := client.AppsV1().StatefulSets(namespace).Get(t.Context(), name, metav1.GetOptions{})
			require.NoError(t, err)
			assert.Equal(t, *set.Spec.Replicas, set.Status.ReadyReplicas, "%s/%s", namespace, name)
		}
	}
	gpu, err := client.CoreV1().Pods("apps").Get(t.Context(), "ml-inference-0", metav1.GetOptions{})
	require.NoError(t, err)
	node, err := client.CoreV1().Nodes().Get(t.Context(), gpu.Spec.NodeName, metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, "gpu", node.Labels["plinth.dev/pool"], "the GPU workload runs in the GPU pool")

	claims, err := client.CoreV1().PersistentVolumeClaims("").List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	assert.Len(t, claims.Items, 4, "one volume each for postgres, redis, rabbitmq and the models")
	for _, claim := range claims.Items {
		assert.Equal(t, corev1.ClaimBound, claim.Status.Phase, claim.Name)
	}
}

func deployment(t *testing.T, client kubernetes.Interface, name string) *appsv1.Deployment {
	t.Helper()
	d, err := client.AppsV1().Deployments("apps").Get(t.Context(), name, metav1.GetOptions{})
	require.NoError(t, err)
	return d
}

func image(t *testing.T, client kubernetes.Interface, name string) string {
	t.Helper()
	return deployment(t, client, name).Spec.Template.Spec.Containers[0].Image
}

func assertReady(t *testing.T, d *appsv1.Deployment) {
	t.Helper()
	assert.Positive(t, d.Status.ReadyReplicas, "%s has no ready replica", d.Name)
	assert.Equal(t, d.Status.Replicas, d.Status.ReadyReplicas, "%s is not all ready", d.Name)
	assert.Equal(t, d.Generation, d.Status.ObservedGeneration, "%s is not settled", d.Name)
}

// pods are the identities of a workload's pods.
func pods(t *testing.T, client kubernetes.Interface, name string) []types.UID {
	t.Helper()
	list, err := client.CoreV1().Pods("apps").List(t.Context(), metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=" + name})
	require.NoError(t, err)
	require.NotEmpty(t, list.Items)
	var ids []types.UID
	for _, pod := range list.Items {
		ids = append(ids, pod.UID)
	}
	return ids
}

// drift changes an image behind Plinth's back, as a hurried hand with kubectl would.
func drift(t *testing.T, client kubernetes.Interface, name, image string) {
	t.Helper()
	container := deployment(t, client, name).Spec.Template.Spec.Containers[0].Name
	patch, err := json.Marshal(map[string]any{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{
		"containers": []any{map[string]any{"name": container, "image": image}},
	}}}})
	require.NoError(t, err)
	_, err = client.AppsV1().Deployments("apps").Patch(t.Context(), name, types.StrategicMergePatchType, patch,
		metav1.PatchOptions{FieldManager: "kubectl-edit"})
	require.NoError(t, err)
}

// assertEmpty fails where anything that Plinth made is left in the cluster.
func assertEmpty(t *testing.T, client kubernetes.Interface) {
	t.Helper()
	namespaces, err := client.CoreV1().Namespaces().List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	for _, namespace := range namespaces.Items {
		assert.Contains(t, []string{"default", "kube-system", "kube-public", "kube-node-lease"}, namespace.Name, "a namespace is left")
	}
	volumes, err := client.CoreV1().PersistentVolumes().List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	for _, volume := range volumes.Items {
		assert.NotNil(t, volume.DeletionTimestamp, "volume %s is left", volume.Name)
	}
	classes, err := client.SchedulingV1().PriorityClasses().List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	for _, class := range classes.Items {
		assert.NotContains(t, class.Name, "plinth", "a priority class is left")
	}
}
