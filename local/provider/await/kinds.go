package await

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

type kindCheck struct {
	look look
	// onRead is true for the kinds that a refresh checks too.
	onRead bool
}

var checks = map[schema.GroupKind]kindCheck{
	{Group: "apps", Kind: "Deployment"}:           {deployment, true},
	{Group: "apps", Kind: "StatefulSet"}:          {statefulSet, true},
	{Group: "apps", Kind: "DaemonSet"}:            {daemonSet, true},
	{Group: "batch", Kind: "Job"}:                 {job, true},
	{Group: "networking.k8s.io", Kind: "Ingress"}: {ingress, true},
	{Kind: "Pod"}:                   {pod, true},
	{Kind: "Service"}:               {service, true},
	{Kind: "PersistentVolume"}:      {persistentVolume, false},
	{Kind: "PersistentVolumeClaim"}: {persistentVolumeClaim, false},
	{Kind: "ReplicationController"}: {replicationController, false},
	{Kind: "ResourceQuota"}:         {resourceQuota, false},
	{Kind: "Secret"}:                {secret, false},
	{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}: {kstatus, false},
}

func builtIn(obj *unstructured.Unstructured) (kindCheck, bool) {
	check, ok := checks[obj.GroupVersionKind().GroupKind()]
	return check, ok
}

// typed converts; an object of the API server always fits its type.
func typed[T any](obj *unstructured.Unstructured) T {
	var t T
	_ = runtime.DefaultUnstructuredConverter.FromUnstructured(obj.Object, &t)
	return t
}

func replicas(n *int32) int32 {
	if n == nil {
		return 1
	}
	return *n
}

func deployment(ctx context.Context, w *Waiter, obj *unstructured.Unstructured, deep bool) progress {
	d := typed[appsv1.Deployment](obj)
	p := kstatus(ctx, w, obj, deep)
	p.status = fmt.Sprintf("Waiting for app ReplicaSet to be available (%d/%d Pods available)",
		min(d.Status.UpdatedReplicas, d.Status.AvailableReplicas), replicas(d.Spec.Replicas))
	if p.ready && d.Generation > 0 && d.Status.ObservedGeneration == 0 {
		// Without a status kstatus takes a Deployment of 0 replicas for ready before it was seen.
		p.ready = false
	}
	if p.ready {
		return p
	}
	p.reasons = nil
	for _, c := range d.Status.Conditions {
		if c.Status == corev1.ConditionTrue != (c.Type == appsv1.DeploymentReplicaFailure) || !observed(obj) {
			continue
		}
		p.reasons = append(p.reasons, fmt.Sprintf("[%s] %s", c.Reason, c.Message))
		p.final = p.final || c.Reason == "ProgressDeadlineExceeded" && w.sinceStart(c.LastUpdateTime.Time)
	}
	if deep && observed(obj) {
		p = w.withPods(ctx, p, d.Namespace, d.Spec.Selector, w.newReplicaSet(ctx, &d))
	}
	if len(p.reasons) == 0 {
		p.reasons = []string{"Minimum number of live Pods was not attained"}
	}
	return p
}

func statefulSet(ctx context.Context, w *Waiter, obj *unstructured.Unstructured, deep bool) progress {
	s := typed[appsv1.StatefulSet](obj)
	p := kstatus(ctx, w, obj, deep)
	want := replicas(s.Spec.Replicas)
	p.ready = p.ready && s.Status.ObservedGeneration == s.Generation && s.Status.ReadyReplicas >= want
	if p.ready {
		return p
	}
	now := min(s.Status.ReadyReplicas, s.Status.UpdatedReplicas)
	p.status = fmt.Sprintf("[1/2] Waiting for StatefulSet to create Pods (%d/%d Pods ready)", now, want)
	if s.Generation > 1 {
		p.status = fmt.Sprintf("[1/3] Waiting for StatefulSet update to roll out (%d/%d Pods ready)", now, want)
	}
	p.reasons = []string{fmt.Sprintf("%d out of %d replicas succeeded readiness checks", now, want)}
	if s.Status.CurrentRevision != s.Status.UpdateRevision {
		p.reasons = append(p.reasons, fmt.Sprintf("StatefulSet controller failed to advance from revision %q to revision %q",
			s.Status.CurrentRevision, s.Status.UpdateRevision))
	}
	if deep && observed(obj) {
		p = w.withPods(ctx, p, s.Namespace, s.Spec.Selector, updatedOwner{s.UID, s.Status.UpdateRevision})
	}
	return p
}

func daemonSet(ctx context.Context, w *Waiter, obj *unstructured.Unstructured, deep bool) progress {
	d := typed[appsv1.DaemonSet](obj)
	p := kstatus(ctx, w, obj, deep)
	if p.ready && d.Generation > 0 && d.Status.ObservedGeneration == 0 {
		p.ready = false
	}
	if !p.ready && deep && observed(obj) {
		p = w.withPods(ctx, p, d.Namespace, d.Spec.Selector, updatedOwner{uid: d.UID})
	}
	return p
}

// JobComplete reports whether a Job has finished its work.
func JobComplete(obj *unstructured.Unstructured) bool {
	j := typed[batchv1.Job](obj)
	return j.Status.StartTime != nil && slices.ContainsFunc(j.Status.Conditions, func(c batchv1.JobCondition) bool {
		return c.Type == batchv1.JobComplete && c.Status == corev1.ConditionTrue
	})
}

func job(ctx context.Context, w *Waiter, obj *unstructured.Unstructured, deep bool) progress {
	if JobComplete(obj) {
		return progress{ready: true}
	}
	j := typed[batchv1.Job](obj)
	p := progress{status: fmt.Sprintf("Waiting for Job %q to succeed (Active: %d | Succeeded: %d | Failed: %d)",
		displayName(&j), j.Status.Active, j.Status.Succeeded, j.Status.Failed)}
	for _, c := range j.Status.Conditions {
		if c.Type == batchv1.JobFailed && c.Status == corev1.ConditionTrue {
			p.reasons, p.final, deep = append(p.reasons, fmt.Sprintf("[%s] %s", c.Reason, c.Message)), true, true
		}
	}
	if deep {
		p = w.withPods(ctx, p, j.Namespace, j.Spec.Selector, updatedOwner{uid: j.UID})
	}
	if len(p.reasons) == 0 {
		p.reasons = []string{p.status}
	}
	return p
}

func pod(ctx context.Context, w *Waiter, obj *unstructured.Unstructured, deep bool) progress {
	o := typed[corev1.Pod](obj)
	if podReady(&o) {
		return progress{ready: true}
	}
	p := progress{status: fmt.Sprintf("Waiting for Pod %q to be ready", displayName(&o))}
	p.reasons, p.final = podProblems(&o)
	p.final = p.final || o.Status.Phase == corev1.PodFailed
	if deep {
		warnings, _ := w.warnings(ctx, obj.GetNamespace(), obj.GetUID())
		p.reasons = append(p.reasons, warnings...)
	}
	if len(p.reasons) == 0 {
		p.reasons = []string{p.status}
	}
	return p
}

// service is ready when it has the address it asks for and none of the pods it selects is on its way
// up. Pods that are to come later are not waited for; they get a moment to show.
func service(ctx context.Context, w *Waiter, obj *unstructured.Unstructured, _ bool) progress {
	s := typed[corev1.Service](obj)
	if s.Spec.Type == corev1.ServiceTypeLoadBalancer && len(s.Status.LoadBalancer.Ingress) == 0 {
		return progress{
			status:  "[2/3] Attempting to allocate IP address to Service",
			reasons: []string{"Service was not allocated an IP address; does your cloud provider support this?"},
		}
	}
	if s.Spec.Type == corev1.ServiceTypeExternalName || s.Spec.ClusterIP == corev1.ClusterIPNone || len(s.Spec.Selector) == 0 {
		return progress{ready: true}
	}
	p := progress{
		status: "[1/3] Finding Pods to direct traffic to",
		reasons: []string{"Service does not target any Pods. Selected Pods may not be ready, or " +
			"field '.spec.selector' may not match labels on any Pods"},
	}
	slices, err := w.Objects.Resource(endpointSlices).Namespace(s.Namespace).List(ctx, metav1.ListOptions{
		LabelSelector: "kubernetes.io/service-name=" + s.Name,
	})
	if err != nil {
		return p
	}
	ready, pending := endpoints(slices)
	const settle = 10 * time.Second
	p.ready = pending == 0 && (ready > 0 || time.Since(w.started) > settle)
	return p
}

func ingress(ctx context.Context, w *Waiter, obj *unstructured.Unstructured, deep bool) progress {
	i := typed[networkingv1.Ingress](obj)
	if len(i.Status.LoadBalancer.Ingress) > 0 {
		return progress{ready: true}
	}
	p := progress{
		status:  "[2/3] Waiting for update of .status.loadBalancer with hostname/IP",
		reasons: []string{"Ingress .status.loadBalancer field was not updated with a hostname/IP address"},
	}
	if !deep {
		return p
	}
	for _, rule := range i.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for _, path := range rule.HTTP.Paths {
			if path.Backend.Service == nil {
				continue
			}
			name := path.Backend.Service.Name
			_, err := w.Objects.Resource(services).Namespace(i.Namespace).Get(ctx, name, metav1.GetOptions{})
			if apierrors.IsNotFound(err) {
				p.reasons = append(p.reasons, fmt.Sprintf("No matching service found for ingress rule: %q -> %q",
					rule.Host+path.Path, name))
			}
		}
	}
	return p
}

func persistentVolume(_ context.Context, _ *Waiter, obj *unstructured.Unstructured, _ bool) progress {
	phase := typed[corev1.PersistentVolume](obj).Status.Phase
	return phaseProgress(string(phase), phase == corev1.VolumeAvailable || phase == corev1.VolumeBound)
}

// persistentVolumeClaim is ready when bound, or as soon as it waits for its first pod: that may come
// only after the claim is done.
func persistentVolumeClaim(ctx context.Context, w *Waiter, obj *unstructured.Unstructured, deep bool) progress {
	claim := typed[corev1.PersistentVolumeClaim](obj)
	if claim.Status.Phase == corev1.ClaimBound {
		return progress{ready: true}
	}
	p := phaseProgress(string(claim.Status.Phase), false)
	class := claim.Spec.StorageClassName
	if class == nil || *class == "" {
		p.reasons = append(p.reasons, fmt.Sprintf("no storage class found for %q", claim.Name))
		return p
	}
	sc, err := w.Objects.Resource(storageClasses).Get(ctx, *class, metav1.GetOptions{})
	if err != nil {
		p.reasons = append(p.reasons, fmt.Sprintf("getting storageclass %q: %v", *class, err))
		return p
	}
	mode, _, _ := unstructured.NestedString(sc.Object, "volumeBindingMode")
	p.ready = mode == "WaitForFirstConsumer" && claim.Status.Phase == corev1.ClaimPending
	if deep && !p.ready {
		warnings, _ := w.warnings(ctx, claim.Namespace, claim.UID)
		p.reasons = append(p.reasons, warnings...)
	}
	return p
}

func phaseProgress(phase string, ready bool) progress {
	text := fmt.Sprintf("status.phase currently at: %s", phase)
	return progress{ready: ready, status: text, reasons: []string{text}}
}

func replicationController(_ context.Context, _ *Waiter, obj *unstructured.Unstructured, _ bool) progress {
	rc := typed[corev1.ReplicationController](obj)
	want := replicas(rc.Spec.Replicas)
	text := fmt.Sprintf("Waiting for %d replicas (have: %d)", want, rc.Status.AvailableReplicas)
	return progress{ready: observed(obj) && rc.Status.AvailableReplicas == want, status: text, reasons: []string{text}}
}

func resourceQuota(_ context.Context, _ *Waiter, obj *unstructured.Unstructured, _ bool) progress {
	want, _, _ := unstructured.NestedMap(obj.Object, "spec", "hard")
	got, _, _ := unstructured.NestedMap(obj.Object, "status", "hard")
	text := "Waiting for the quota to be in force"
	return progress{ready: reflect.DeepEqual(want, got), status: text, reasons: []string{text}}
}

// secret waits for the token that a controller fills in; other types are complete as created.
func secret(_ context.Context, _ *Waiter, obj *unstructured.Unstructured, _ bool) progress {
	s := typed[corev1.Secret](obj)
	text := "Waiting for the service account's token"
	return progress{
		ready:  s.Type != corev1.SecretTypeServiceAccountToken || len(s.Data) > 0,
		status: text, reasons: []string{text},
	}
}
