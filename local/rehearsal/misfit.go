package rehearsal

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	podresources "k8s.io/component-helpers/resource"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"

	"github.com/plinth-iac/plinth/local/terminal"
	"github.com/plinth-iac/plinth/stacks/config"
)

// Misfit is a program some of whose pods no node takes.
type Misfit struct {
	// Workload is the program, with its namespace: "apps/ml-inference".
	Workload string `json:"workload"`
	// Pods that wait, by name.
	Pods []string `json:"pods"`
	// Reason is the scheduler's own.
	Reason string `json:"reason"`
	// Pool that the pods are meant for; empty where none of the stack's admits them.
	Pool string `json:"pool,omitempty"`
	// Remedy is what to change in the stack file.
	Remedy string `json:"remedy"`
}

// String is the misfit for people, in three lines: what does not fit, why, and what to do.
func (m Misfit) String() string {
	pods := fmt.Sprintf("%d pods do", len(m.Pods))
	if len(m.Pods) == 1 {
		pods = "1 pod does"
	}
	pool := "no pool of the stack admits them"
	if m.Pool != "" {
		pool = "meant for pool " + m.Pool
	}
	return fmt.Sprintf("%s: %s not fit (%s)\n    the scheduler: %s\n    do: %s", m.Workload, pods, pool, m.Reason, m.Remedy)
}

// Misfits lists what does not fit on the cluster's nodes at the moment, by workload.
func Misfits(ctx context.Context, client kubernetes.Interface, cfg *config.Config) ([]Misfit, error) {
	pods, err := client.CoreV1().Pods("").List(ctx, metav1.ListOptions{FieldSelector: "status.phase=Pending"})
	if err != nil {
		return nil, fmt.Errorf("listing the pods that wait: %w", err)
	}
	waiting := map[string][]corev1.Pod{}
	for _, pod := range pods.Items {
		if refusal(pod) != "" {
			workload := pod.Namespace + "/" + workloadOf(pod)
			waiting[workload] = append(waiting[workload], pod)
		}
	}
	if len(waiting) == 0 {
		return nil, nil
	}
	all, err := client.CoreV1().Pods("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("listing the pods that run: %w", err)
	}
	nodes := map[string]*corev1.Node{}
	for name := range cfg.Cluster.Pools {
		nodes[name] = nodeOf(name, cfg, all.Items)
	}
	var misfits []Misfit
	for _, workload := range slices.Sorted(maps.Keys(waiting)) {
		misfits = append(misfits, explain(workload, waiting[workload], cfg, nodes))
	}
	return misfits, nil
}

// refusal returns why the scheduler found no node for a pod, or "" where it did, or has not looked yet.
func refusal(pod corev1.Pod) string {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse && c.Reason == corev1.PodReasonUnschedulable {
			return c.Message
		}
	}
	return ""
}

func workloadOf(pod corev1.Pod) string {
	if name := pod.Labels["app.kubernetes.io/name"]; name != "" {
		return name
	}
	return pod.Name
}

// explain finds out what would have to grow for pods of one workload, which are alike. Nodes are an empty one of each pool.
func explain(workload string, pods []corev1.Pod, cfg *config.Config, nodes map[string]*corev1.Node) Misfit {
	pod := pods[0]
	m := Misfit{Workload: workload, Reason: refusal(pod)}
	for _, p := range pods {
		m.Pods = append(m.Pods, p.Name)
	}
	asks := podresources.PodRequests(&pod, podresources.PodResourcesOptions{})
	m.Pool = poolFor(&pod, asks, nodes)
	if m.Pool == "" {
		m.Remedy = "add a pool under plinth:cluster.pools whose labels, taints and GPU suit it, or change its pool, spot or gpu"
		return m
	}
	pool, room := cfg.Cluster.Pools[m.Pool], nodes[m.Pool].Status.Allocatable
	path := "plinth:cluster.pools." + m.Pool
	if short := tooBig(asks, room); len(short) > 0 {
		m.Remedy = fmt.Sprintf("make the nodes of %s bigger, more of them do not help: %s; or lower what the workload asks for",
			path, strings.Join(short, ", "))
		return m
	}
	if !strings.Contains(m.Reason, "Insufficient") {
		m.Remedy = fmt.Sprintf("it is no question of size: let the workload keep to what the scheduler names, or give it nodes that do under %s (%s in %s now)",
			path, terminal.Count(pool.Most(), "node"), terminal.Count(cfg.Cluster.Zones, "zone"))
		return m
	}
	n := pool.Most()
	m.Remedy = fmt.Sprintf("raise %s.nodes.max above %d: each node takes %s, so that %s would do; or lower what the workload asks for",
		path, n, terminal.Count(perNode(asks, room), "such pod"), terminal.Count(nodesFor(len(pods), perNode(asks, room)), "more node"))
	return m
}

// poolFor returns the pool that admits a pod and that it prefers: of those large enough for it where there are any.
func poolFor(pod *corev1.Pod, asks corev1.ResourceList, nodes map[string]*corev1.Node) string {
	best, bestScore := "", int64(-1)
	for _, name := range slices.Sorted(maps.Keys(nodes)) {
		node := nodes[name]
		if !admits(pod, node) {
			continue
		}
		score := preference(pod, node)
		if len(tooBig(asks, node.Status.Allocatable)) == 0 {
			score += 1 << 32
		}
		if score > bestScore {
			best, bestScore = name, score
		}
	}
	return best
}

// nodeOf is an empty node of a pool as the scheduler sees it: with no pods but those of DaemonSets, which each node gets.
func nodeOf(name string, cfg *config.Config, pods []corev1.Pod) *corev1.Node {
	n := shape(name, cfg.Cluster.Pools[name])
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: nodeName(name, 0), Labels: n.Labels}}
	node.Spec.Taints = n.Taints
	node.Status.Allocatable = n.Capacity
	for _, pod := range pods {
		owner := metav1.GetControllerOf(&pod)
		if pod.Spec.NodeName != node.Name || owner == nil || owner.Kind != "DaemonSet" {
			continue
		}
		for resource, asked := range podresources.PodRequests(&pod, podresources.PodResourcesOptions{}) {
			left := n.Capacity[resource]
			left.Sub(asked)
			n.Capacity[resource] = left
		}
	}
	return node
}

func admits(pod *corev1.Pod, node *corev1.Node) bool {
	if matches, err := nodeaffinity.GetRequiredNodeAffinity(pod).Match(node); err != nil || !matches {
		return false
	}
	for _, taint := range node.Spec.Taints {
		if taint.Effect != corev1.TaintEffectPreferNoSchedule && !tolerates(pod, taint) {
			return false
		}
	}
	// A pool without a GPU is not what a pod that asks for one is meant for, however little else it asks.
	_, hasGPU := node.Status.Allocatable[gpu]
	asks := podresources.PodRequests(pod, podresources.PodResourcesOptions{})
	_, wantsGPU := asks[gpu]
	return hasGPU || !wantsGPU
}

func tolerates(pod *corev1.Pod, taint corev1.Taint) bool {
	return slices.ContainsFunc(pod.Spec.Tolerations, func(t corev1.Toleration) bool {
		if t.Effect != "" && t.Effect != taint.Effect || t.Key != "" && t.Key != taint.Key {
			return false
		}
		return t.Operator == corev1.TolerationOpExists || t.Value == taint.Value
	})
}

func preference(pod *corev1.Pod, node *corev1.Node) int64 {
	if pod.Spec.Affinity == nil || pod.Spec.Affinity.NodeAffinity == nil {
		return 0
	}
	terms, err := nodeaffinity.NewPreferredSchedulingTerms(pod.Spec.Affinity.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution)
	if err != nil {
		return 0
	}
	return terms.Score(node)
}
