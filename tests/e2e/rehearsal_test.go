package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestProdIsRehearsed brings prod's in-cluster layer up, on nodes shaped like its pools.
func TestProdIsRehearsed(t *testing.T) {
	t.Parallel()
	p := newProject(t, "prod")
	p.ok("up")
	client := p.client()

	nodes, err := client.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	pools, zones := map[string]int{}, map[string]bool{}
	for _, node := range nodes.Items {
		pools[node.Labels["plinth.dev/pool"]]++
		zones[node.Labels["topology.kubernetes.io/zone"]] = true
	}
	assert.Equal(t, map[string]int{"system": 6, "spot": 20, "gpu": 5}, pools, "pools at their largest")
	assert.Len(t, zones, 3)

	hpa, err := client.AutoscalingV2().HorizontalPodAutoscalers("apps").Get(t.Context(), "api-gateway", metav1.GetOptions{})
	require.NoError(t, err)
	assert.EqualValues(t, 3, *hpa.Spec.MinReplicas)
	assert.EqualValues(t, 3, deployment(t, client, "api-gateway").Status.ReadyReplicas, "up waits for what the autoscaler adds at once")

	list, err := client.CoreV1().Pods("apps").List(t.Context(), metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=api-gateway"})
	require.NoError(t, err)
	zonesUsed := map[string]bool{}
	for _, pod := range list.Items {
		node, err := client.CoreV1().Nodes().Get(t.Context(), pod.Spec.NodeName, metav1.GetOptions{})
		require.NoError(t, err)
		zonesUsed[node.Labels["topology.kubernetes.io/zone"]] = true
	}
	assert.Len(t, zonesUsed, 3, "three replicas over three zones")
	assert.Contains(t, p.ok("up"), "no change")
}

// TestWhatDoesNotFitIsNamedWithThePoolThatMustGrow asks for more GPUs than the pool can ever have.
func TestWhatDoesNotFitIsNamedWithThePoolThatMustGrow(t *testing.T) {
	t.Parallel()
	p := newProject(t, "dev")
	p.write(strings.Replace(small, "pools: {", "pools: { gpu: { cpu: 4, memory: 16Gi, gpu: { model: t4 }, nodes: { min: 1, max: 2 } },", 1) +
		"      gpu: 1\n      replicas: { min: 3 }\n")

	out := p.fails("up")
	assert.Contains(t, out, "Insufficient nvidia.com/gpu", "the scheduler's own reason")
	assert.Contains(t, out, "plinth:cluster.pools.gpu", "the pool that has to grow")

	var status struct {
		Misfits []struct {
			Workload, Pool string
			Pods           []string
		} `json:"misfits"`
	}
	require.NoError(t, json.Unmarshal([]byte(p.ok("status", "--json")), &status))
	require.Len(t, status.Misfits, 1)
	assert.Equal(t, "apps/web", status.Misfits[0].Workload)
	assert.Equal(t, "gpu", status.Misfits[0].Pool)
	assert.Len(t, status.Misfits[0].Pods, 1)
}
