package await

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

var (
	pods           = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	services       = schema.GroupVersionResource{Version: "v1", Resource: "services"}
	events         = schema.GroupVersionResource{Version: "v1", Resource: "events"}
	replicaSets    = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "replicasets"}
	endpointSlices = schema.GroupVersionResource{Group: "discovery.k8s.io", Version: "v1", Resource: "endpointslices"}
	storageClasses = schema.GroupVersionResource{Group: "storage.k8s.io", Version: "v1", Resource: "storageclasses"}
)

// updatedOwner picks the pods that a rollout is about: those of one owner and, where that keeps its old
// ones, of its newest revision.
type updatedOwner struct {
	uid      types.UID
	revision string
}

func (o updatedOwner) owns(p *unstructured.Unstructured) bool {
	if o.revision != "" && p.GetLabels()[appsv1.StatefulSetRevisionLabel] != o.revision {
		return false
	}
	return slices.ContainsFunc(p.GetOwnerReferences(), func(r metav1.OwnerReference) bool { return r.UID == o.uid })
}

// newReplicaSet is the one that the Deployment rolls out to; the zero value when it is not there yet.
func (w *Waiter) newReplicaSet(ctx context.Context, d *appsv1.Deployment) updatedOwner {
	const revision = "deployment.kubernetes.io/revision"
	list, err := w.Objects.Resource(replicaSets).Namespace(d.Namespace).List(ctx, metav1.ListOptions{
		LabelSelector: metav1.FormatLabelSelector(d.Spec.Selector),
	})
	if err != nil {
		return updatedOwner{}
	}
	for _, rs := range list.Items {
		if (updatedOwner{uid: d.UID}).owns(&rs) && rs.GetAnnotations()[revision] == d.Annotations[revision] {
			return updatedOwner{uid: rs.GetUID()}
		}
	}
	return updatedOwner{}
}

// withPods adds what the owner's pods and events say.
func (w *Waiter) withPods(
	ctx context.Context, p progress, namespace string, selector *metav1.LabelSelector, owner updatedOwner,
) progress {
	list, err := w.Objects.Resource(pods).Namespace(namespace).List(ctx, metav1.ListOptions{
		LabelSelector: metav1.FormatLabelSelector(selector),
	})
	if err != nil {
		return p
	}
	var reasons []string
	for _, item := range list.Items {
		if !owner.owns(&item) {
			continue
		}
		pod := typed[corev1.Pod](&item)
		problems, final := podProblems(&pod)
		reasons = append(reasons, problems...)
		p.final = p.final || final
	}
	warnings, refused := w.warnings(ctx, namespace, owner.uid)
	p.final = p.final || refused
	p.reasons = append(append(reasons, warnings...), p.reasons...)
	return p
}

// warnings are what the cluster's events complain of. Refused is true when pods are rejected for what
// their template says, which no wait changes.
func (w *Waiter) warnings(ctx context.Context, namespace string, uid types.UID) (out []string, refused bool) {
	if uid == "" {
		return nil, false
	}
	list, err := w.Objects.Resource(events).Namespace(namespace).List(ctx, metav1.ListOptions{
		FieldSelector: "type=Warning,involvedObject.uid=" + string(uid),
	})
	if err != nil {
		return nil, false
	}
	for _, item := range list.Items {
		e := typed[corev1.Event](&item)
		refused = refused || strings.Contains(e.Message, "violates PodSecurity") && w.sinceStart(e.LastTimestamp.Time)
		if text := e.Reason + ": " + e.Message; !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	const most = 5
	return out[max(0, len(out)-most):], refused
}

// sinceStart tells what belongs to this wait from what an earlier attempt left behind. The API's times
// are in whole seconds.
func (w *Waiter) sinceStart(t time.Time) bool { return !t.Before(w.started.Truncate(time.Second)) }

func podReady(p *corev1.Pod) bool {
	is := func(t corev1.PodConditionType) bool {
		return slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
			return c.Type == t && c.Status == corev1.ConditionTrue
		})
	}
	return p.Status.Phase == corev1.PodSucceeded ||
		is(corev1.PodScheduled) && is(corev1.PodInitialized) && is(corev1.PodReady)
}

// podProblems are the reasons a pod gives for not being ready, and whether one of them is for good.
func podProblems(p *corev1.Pod) (reasons []string, final bool) {
	if podReady(p) {
		return nil, false
	}
	add := func(format string, args ...any) {
		reasons = append(reasons, fmt.Sprintf("[Pod %s]: ", displayName(p))+fmt.Sprintf(format, args...))
	}
	for _, s := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses) {
		if s.Ready {
			continue
		}
		if waiting := s.State.Waiting; waiting != nil && waiting.Reason != "ContainerCreating" && waiting.Reason != "PodInitializing" {
			add("container %q: [%s] %s", s.Name, waiting.Reason, waiting.Message)
			final = final || hopeless(waiting)
		}
		if t := s.State.Terminated; t != nil && t.ExitCode != 0 {
			add("container %q: [%s] exit code %d %s", s.Name, t.Reason, t.ExitCode, t.Message)
		}
		if t := s.LastTerminationState.Terminated; t != nil {
			add("container %q terminated at %s (%s: exit code %d) %s", s.Name, t.FinishedAt.UTC(), t.Reason, t.ExitCode, t.Message)
		}
	}
	for _, c := range p.Status.Conditions {
		if c.Status != corev1.ConditionTrue && c.Message != "" &&
			slices.Contains([]corev1.PodConditionType{corev1.PodScheduled, corev1.PodInitialized, corev1.PodReady}, c.Type) {
			add("[%s] %s", c.Reason, c.Message)
		}
	}
	if p.Status.Phase == corev1.PodFailed && p.Status.Message != "" {
		add("[%s] %s", p.Status.Reason, p.Status.Message)
	}
	return reasons, final
}

// hopeless reports whether a container cannot start until its spec or its image's registry changes.
func hopeless(waiting *corev1.ContainerStateWaiting) bool {
	switch waiting.Reason {
	case "InvalidImageName", "ErrImageNeverPull":
		return true
	case "ErrImagePull", "ImagePullBackOff":
		message := strings.ToLower(waiting.Message)
		return slices.ContainsFunc([]string{"not found", "manifest unknown", "does not exist", "access denied", "unauthorized", "no such host"},
			func(s string) bool { return strings.Contains(message, s) })
	}
	return false
}

// endpoints counts the addresses that serve and those on their way up.
func endpoints(list *unstructured.UnstructuredList) (ready, pending int) {
	for _, slice := range list.Items {
		found, _, _ := unstructured.NestedSlice(slice.Object, "endpoints")
		for _, e := range found {
			e, _ := e.(map[string]any)
			isReady, _, _ := unstructured.NestedBool(e, "conditions", "ready")
			terminating, _, _ := unstructured.NestedBool(e, "conditions", "terminating")
			switch {
			case isReady:
				ready++
			case !terminating:
				pending++
			}
		}
	}
	return ready, pending
}

// displayName leaves the default namespace out.
func displayName(obj metav1.Object) string {
	if ns := obj.GetNamespace(); ns != "" && ns != metav1.NamespaceDefault {
		return ns + "/" + obj.GetName()
	}
	return obj.GetName()
}
