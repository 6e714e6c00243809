package kube

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/retry"

	"github.com/plinth-iac/plinth/local/kube/state"
)

const (
	poolLabel         = "plinth.dev/pool"
	conditionTaints   = "node.kubernetes.io/" // the node lifecycle controller's own
	defaultPods       = "110"                 // the kubelet's default
	firstNodeAddress  = "10.64.0.1"
	nodeArchitecture  = "amd64"
	nodeOS            = "linux"
	nodeRuntime       = "containerd://simulated"
	requestsAtOnce    = 8
	managedLabelsNote = "plinth.dev/labels" // annotation: which labels SetNodes put, so that it takes away no other's
)

// Node is a simulated node.
type Node struct {
	// Name of the Node object.
	Name string
	// Pool is put on it as label plinth.dev/pool; none if empty.
	Pool string
	// Zone and Region are put on it as the topology labels; none if empty.
	Zone, Region string
	// Labels beside those and kubernetes.io/{hostname,os,arch}.
	Labels map[string]string
	// Taints are all its taints, but for those of its condition.
	Taints []corev1.Taint
	// Capacity is all allocatable, as cpu, memory, ephemeral-storage, nvidia.com/gpu. Default of pods: 110.
	Capacity corev1.ResourceList
}

// SetNodes makes the simulated nodes those given, and returns when they are Ready: it creates, updates and deletes Node
// objects. Pods of deleted nodes are deleted, so that their controllers place them anew. Other nodes, and labels others
// put, stay.
func (c *Cluster) SetNodes(ctx context.Context, nodes []Node) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	run, err := c.dir.ReadRun()
	if err != nil {
		return err
	}
	selector := metav1.ListOptions{LabelSelector: state.SimulatedLabel + "=" + state.SimulatedValue}
	present, err := client.CoreV1().Nodes().List(ctx, selector)
	if err != nil {
		return fmt.Errorf("list nodes: %w", err)
	}
	wanted := map[string]bool{}
	for _, n := range nodes {
		if wanted[n.Name] {
			return fmt.Errorf("two nodes are named %q: names must differ", n.Name)
		}
		wanted[n.Name] = true
	}
	addresses := newAddresses(present.Items)
	if err := inParallel(ctx, nodes, func(ctx context.Context, n Node) error {
		return ensureNode(ctx, client, n, run.Version, addresses)
	}); err != nil {
		return err
	}
	gone := slices.DeleteFunc(present.Items, func(n corev1.Node) bool { return wanted[n.Name] })
	if err := inParallel(ctx, gone, func(ctx context.Context, n corev1.Node) error {
		return removeNode(ctx, client, n.Name)
	}); err != nil {
		return err
	}
	return waitReady(ctx, client, selector, len(nodes))
}

func ensureNode(ctx context.Context, client kubernetes.Interface, want Node, version string, addresses *addresses) error {
	api := client.CoreV1().Nodes()
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: want.Name}}
	want.shape(node)
	if _, err := api.Create(ctx, node, metav1.CreateOptions{}); err != nil && !errors.IsAlreadyExists(err) {
		return fmt.Errorf("create node %s: %w", want.Name, err)
	}
	err := retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		node, err := api.Get(ctx, want.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		if node.Labels[state.SimulatedLabel] != state.SimulatedValue {
			return fmt.Errorf("a node of that name is there and is not simulated: delete it or choose another name")
		}
		want.shape(node)
		if node, err = api.Update(ctx, node, metav1.UpdateOptions{}); err != nil {
			return err
		}
		want.equip(node, version, addresses)
		_, err = api.UpdateStatus(ctx, node, metav1.UpdateOptions{})
		return err
	})
	if err != nil {
		return fmt.Errorf("update node %s: %w", want.Name, err)
	}
	return nil
}

// shape sets labels and taints and keeps those that are others' to set.
func (n Node) shape(node *corev1.Node) {
	labels := map[string]string{
		state.SimulatedLabel: state.SimulatedValue,
		corev1.LabelHostname: n.Name, corev1.LabelOSStable: nodeOS, corev1.LabelArchStable: nodeArchitecture,
	}
	for label, value := range map[string]string{poolLabel: n.Pool, corev1.LabelTopologyZone: n.Zone, corev1.LabelTopologyRegion: n.Region} {
		if value != "" {
			labels[label] = value
		}
	}
	maps.Copy(labels, n.Labels)
	if node.Labels == nil {
		node.Labels = map[string]string{}
	}
	for label := range strings.SplitSeq(node.Annotations[managedLabelsNote], ",") {
		delete(node.Labels, label)
	}
	maps.Copy(node.Labels, labels)
	if node.Annotations == nil {
		node.Annotations = map[string]string{}
	}
	node.Annotations[managedLabelsNote] = strings.Join(slices.Sorted(maps.Keys(labels)), ",")
	kept := slices.DeleteFunc(node.Spec.Taints, func(t corev1.Taint) bool { return !strings.HasPrefix(t.Key, conditionTaints) })
	node.Spec.Taints = append(slices.Clone(n.Taints), kept...)
}

// equip sets the status but for the conditions, which are the simulated kubelet's.
func (n Node) equip(node *corev1.Node, version string, addresses *addresses) {
	node.Status.Capacity = n.Capacity.DeepCopy()
	if node.Status.Capacity == nil {
		node.Status.Capacity = corev1.ResourceList{}
	}
	if _, ok := node.Status.Capacity[corev1.ResourcePods]; !ok {
		node.Status.Capacity[corev1.ResourcePods] = resource.MustParse(defaultPods)
	}
	node.Status.Allocatable = node.Status.Capacity.DeepCopy()
	if len(node.Status.Addresses) == 0 {
		node.Status.Addresses = []corev1.NodeAddress{
			{Type: corev1.NodeInternalIP, Address: addresses.next()},
			{Type: corev1.NodeHostName, Address: n.Name},
		}
	}
	node.Status.NodeInfo = corev1.NodeSystemInfo{
		OperatingSystem: nodeOS, Architecture: nodeArchitecture,
		KubeletVersion: version, ContainerRuntimeVersion: nodeRuntime,
	}
}

func removeNode(ctx context.Context, client kubernetes.Interface, name string) error {
	if err := client.CoreV1().Nodes().Delete(ctx, name, metav1.DeleteOptions{}); err != nil && !errors.IsNotFound(err) {
		return fmt.Errorf("delete node %s: %w", name, err)
	}
	onNode := metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector("spec.nodeName", name).String()}
	pods, err := client.CoreV1().Pods("").List(ctx, onNode)
	if err != nil {
		return fmt.Errorf("list pods of node %s: %w", name, err)
	}
	for _, pod := range pods.Items {
		err := client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, *metav1.NewDeleteOptions(0))
		if err != nil && !errors.IsNotFound(err) {
			return fmt.Errorf("delete pod %s/%s of node %s: %w", pod.Namespace, pod.Name, name, err)
		}
	}
	return nil
}

func waitReady(ctx context.Context, client kubernetes.Interface, selector metav1.ListOptions, count int) error {
	var waiting []string
	err := wait.PollUntilContextCancel(ctx, pollInterval, true, func(ctx context.Context) (bool, error) {
		all, err := client.CoreV1().Nodes().List(ctx, selector)
		if err != nil {
			return false, err
		}
		waiting = nil
		for _, node := range all.Items {
			if !ready(node) {
				waiting = append(waiting, node.Name)
			}
		}
		return len(waiting) == 0 && len(all.Items) == count, nil
	})
	if err != nil {
		return fmt.Errorf("nodes not ready: %s: %w", strings.Join(waiting, ", "), err)
	}
	return nil
}

// ready nodes take pods: their condition is good and the taint of a new node is gone.
func ready(node corev1.Node) bool {
	tainted := slices.ContainsFunc(node.Spec.Taints, func(t corev1.Taint) bool { return strings.HasPrefix(t.Key, conditionTaints) })
	return !tainted && slices.ContainsFunc(node.Status.Conditions, func(c corev1.NodeCondition) bool {
		return c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
	})
}
