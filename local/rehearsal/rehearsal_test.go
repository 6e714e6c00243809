package rehearsal

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/stacks/config"
)

func count(n int) *int { return &n }

func prod() *config.Config {
	return &config.Config{Cluster: config.Cluster{Spec: cluster.Spec{
		Zones: 3,
		Pools: map[string]cluster.Pool{
			"system": {CPU: 4, Memory: "16Gi", Nodes: cluster.Nodes{Min: count(3), Max: count(6)}},
			"spot":   {CPU: 8, Memory: "32Gi", Spot: true, Nodes: cluster.Nodes{Min: count(0), Max: count(20)}},
			"gpu":    {CPU: 8, Memory: "32Gi", Spot: true, GPU: &cluster.GPU{Model: "t4", Count: 1}, Nodes: cluster.Nodes{Min: count(0), Max: count(5)}},
			"team": {
				CPU: 4, Memory: "8Gi", Nodes: cluster.Nodes{Min: count(2)},
				Labels: map[string]string{"team": "a"}, Taints: []cluster.Taint{{Key: "team", Value: "a"}},
			},
		},
	}.Complete()}}
}

func TestNodesAreEachPoolAtItsLargestOverAllZones(t *testing.T) {
	t.Parallel()
	pools, zones, names := map[string]int{}, map[string]map[string]int{}, map[string]bool{}
	for _, n := range Nodes(prod()) {
		pools[n.Pool]++
		if zones[n.Pool] == nil {
			zones[n.Pool] = map[string]int{}
		}
		zones[n.Pool][n.Zone]++
		assert.False(t, names[n.Name], "two nodes are named %s", n.Name)
		names[n.Name] = true
		assert.Equal(t, n.Pool, n.Labels[cluster.PoolLabel])
	}
	assert.Equal(t, map[string]int{"system": 6, "spot": 20, "gpu": 5, "team": 2}, pools)
	assert.Equal(t, map[string]int{"local-a": 2, "local-b": 2, "local-c": 2}, zones["system"])
	assert.Equal(t, map[string]int{"local-a": 7, "local-b": 7, "local-c": 6}, zones["spot"])
}

func TestNodesHaveTheirPoolsShape(t *testing.T) {
	t.Parallel()
	gpuNode := shape("gpu", prod().Cluster.Pools["gpu"])
	assert.Equal(t, "90Gi", gpuNode.Capacity.StorageEphemeral().String(), "the default disk less what the kubelet keeps free")
	assert.Equal(t, "t4", gpuNode.Labels[cluster.GPULabel])
	assert.Equal(t, "true", gpuNode.Labels[cluster.SpotLabel])
	assert.Equal(t, []corev1.Taint{
		{Key: cluster.SpotTaint, Value: "true", Effect: corev1.TaintEffectNoSchedule},
		{Key: cluster.GPUTaint, Value: "present", Effect: corev1.TaintEffectNoSchedule},
	}, gpuNode.Taints)
	gpus := gpuNode.Capacity[gpu]
	assert.Equal(t, int64(1), gpus.Value())

	team := shape("team", prod().Cluster.Pools["team"])
	assert.Equal(t, "a", team.Labels["team"])
	assert.Equal(t, []corev1.Taint{{Key: "team", Value: "a", Effect: corev1.TaintEffectNoSchedule}}, team.Taints)
	assert.NotContains(t, team.Capacity, gpu)

	cpu, memory := prod().Cluster.Pools["system"].Allocatable()
	system := shape("system", prod().Cluster.Pools["system"])
	assert.True(t, cpu.Equal(system.Capacity[corev1.ResourceCPU]), "a node offers what the system leaves")
	assert.True(t, memory.Equal(system.Capacity[corev1.ResourceMemory]))
}

// waiting returns pods of one workload that the scheduler refused.
func waiting(n int, reason string, asks corev1.ResourceList, change func(*corev1.PodSpec)) []corev1.Pod {
	var pods []corev1.Pod
	for i := range n {
		pod := corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Namespace: "apps", Name: fmt.Sprintf("app-%d", i), Labels: map[string]string{"app.kubernetes.io/name": "app"},
		}}
		pod.Spec.Containers = []corev1.Container{{Name: "main", Resources: corev1.ResourceRequirements{Requests: asks}}}
		pod.Status.Phase = corev1.PodPending
		pod.Status.Conditions = []corev1.PodCondition{{
			Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable, Message: reason,
		}}
		if change != nil {
			change(&pod.Spec)
		}
		pods = append(pods, pod)
	}
	return pods
}

func asks(cpu, memory string) corev1.ResourceList {
	return corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(cpu), corev1.ResourceMemory: resource.MustParse(memory)}
}

func tolerate(keys ...string) func(*corev1.PodSpec) {
	return func(s *corev1.PodSpec) {
		for _, key := range keys {
			s.Tolerations = append(s.Tolerations, corev1.Toleration{Key: key, Operator: corev1.TolerationOpExists})
		}
	}
}

func TestExplainNamesThePoolAndWhatHelps(t *testing.T) {
	t.Parallel()
	withGPU := asks("2", "4Gi")
	withGPU[gpu] = resource.MustParse("1")
	for name, c := range map[string]struct {
		pods   []corev1.Pod
		pool   string
		remedy []string
	}{
		"more nodes": {
			waiting(3, "0/33 nodes are available: 6 Insufficient cpu.", asks("1500m", "1Gi"), nil),
			"system",
			[]string{"raise plinth:cluster.pools.system.nodes.max above 6", "takes 2 such pods, so that 2 more nodes would do"},
		},
		"one more node": {
			waiting(1, "0/33 nodes are available: 6 Insufficient cpu.", asks("3", "1Gi"), nil),
			"system",
			[]string{"takes 1 such pod, so that 1 more node would do;"},
		},
		"bigger nodes": {
			waiting(1, "0/33 nodes are available: 6 Insufficient memory.", asks("1", "64Gi"), nil),
			"system",
			[]string{"make the nodes of plinth:cluster.pools.system bigger", "asks for 64Gi memory"},
		},
		"a gpu": {
			waiting(1, "0/33 nodes are available: 5 Insufficient nvidia.com/gpu.", withGPU, tolerate(cluster.SpotTaint, cluster.GPUTaint)),
			"gpu",
			[]string{"plinth:cluster.pools.gpu.nodes.max above 5"},
		},
		"the pool that is large enough": {
			waiting(1, "0/33 nodes are available: 20 Insufficient cpu.", asks("6", "8Gi"), tolerate(cluster.SpotTaint)),
			"spot",
			[]string{"plinth:cluster.pools.spot.nodes.max above 20"},
		},
		"the pool that is selected": {
			waiting(1, "0/33 nodes are available: 2 Insufficient cpu.", asks("1", "1Gi"), func(s *corev1.PodSpec) {
				s.NodeSelector = map[string]string{cluster.PoolLabel: "team"}
				s.Tolerations = []corev1.Toleration{{Key: "team", Value: "a", Effect: corev1.TaintEffectNoSchedule}}
			}),
			"team",
			[]string{"plinth:cluster.pools.team.nodes.max above 2"},
		},
		"no pool": {
			waiting(1, "0/33 nodes are available: 33 node(s) didn't match.", asks("1", "1Gi"), func(s *corev1.PodSpec) {
				s.NodeSelector = map[string]string{cluster.PoolLabel: "gone"}
			}),
			"",
			[]string{"add a pool under plinth:cluster.pools"},
		},
		"no question of size": {
			waiting(1, "0/33 nodes are available: 33 node(s) didn't match pod anti-affinity rules.", asks("1", "1Gi"), nil),
			"system",
			[]string{"no question of size"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := fake.NewClientset()
			for i := range c.pods {
				_, err := client.CoreV1().Pods("apps").Create(context.Background(), &c.pods[i], metav1.CreateOptions{})
				require.NoError(t, err)
			}
			misfits, err := Misfits(context.Background(), client, prod())
			require.NoError(t, err)
			require.Len(t, misfits, 1)
			m := misfits[0]
			assert.Equal(t, "apps/app", m.Workload)
			assert.Len(t, m.Pods, len(c.pods))
			assert.Equal(t, c.pods[0].Status.Conditions[0].Message, m.Reason)
			assert.Equal(t, c.pool, m.Pool)
			for _, part := range c.remedy {
				assert.Contains(t, m.Remedy, part)
			}
		})
	}
}

func TestWhatEachNodeRunsAnywayIsNoRoom(t *testing.T) {
	t.Parallel()
	cpu, _ := prod().Cluster.Pools["system"].Allocatable()
	refused := waiting(2, "0/33 nodes are available: 6 Insufficient cpu.", corev1.ResourceList{corev1.ResourceCPU: cpu}, nil)
	running := func(name, owner string) *corev1.Pod {
		pod := waiting(1, "", asks("100m", "100Mi"), nil)[0]
		pod.Name, pod.Namespace, pod.Spec.NodeName, pod.Status = name, "monitoring", "system-0", corev1.PodStatus{Phase: corev1.PodRunning}
		pod.OwnerReferences = []metav1.OwnerReference{{Kind: owner, Name: "x", Controller: new(true)}}
		return &pod
	}
	remedy := func(other *corev1.Pod) string {
		misfits, err := Misfits(context.Background(), fake.NewClientset(&refused[0], &refused[1], other), prod())
		require.NoError(t, err)
		require.Len(t, misfits, 1)
		return misfits[0].Remedy
	}
	assert.Contains(t, remedy(running("a", "ReplicaSet")), "takes 1 such pod, so that 2 more nodes would do", "a new node is without it")
	cpu.Sub(resource.MustParse("100m"))
	assert.Contains(t, remedy(running("b", "DaemonSet")), "and a node leaves "+cpu.String(), "no new node would take one")
}

func TestPodsThatTheSchedulerHasNotRefusedFit(t *testing.T) {
	t.Parallel()
	pods := waiting(1, "", asks("1", "1Gi"), nil)
	pods[0].Status.Conditions = nil
	client := fake.NewClientset(&pods[0])
	misfits, err := Misfits(context.Background(), client, prod())
	require.NoError(t, err)
	assert.Empty(t, misfits)
}
