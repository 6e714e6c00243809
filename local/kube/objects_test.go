package kube_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

func podSpec(image string) corev1.PodSpec {
	return corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: image}}}
}

func createPod(t *testing.T, k *kubernetes.Clientset, ns, name string, spec corev1.PodSpec, annotations map[string]string) {
	t.Helper()
	// The controller of service accounts gives the namespace its "default" a moment after its creation.
	eventually(t, "pod "+name+" is accepted", func(ctx context.Context) (bool, string, error) {
		_, err := k.CoreV1().Pods(ns).Create(ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: annotations}, Spec: spec}, metav1.CreateOptions{})
		return err == nil, "", err
	})
}

func createDeployment(t *testing.T, k *kubernetes.Clientset, ns string, replicas int32, spec corev1.PodSpec) {
	t.Helper()
	labels := map[string]string{"app": "app"}
	_, err := k.AppsV1().Deployments(ns).Create(t.Context(), &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "app"},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: spec},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
}

func createJob(t *testing.T, k *kubernetes.Clientset, ns string, annotations map[string]string) {
	t.Helper()
	spec, none := podSpec("busybox:1"), int32(0)
	spec.RestartPolicy = corev1.RestartPolicyNever
	_, err := k.BatchV1().Jobs(ns).Create(t.Context(), &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: "job"},
		Spec: batchv1.JobSpec{
			BackoffLimit: &none,
			Template:     corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Annotations: annotations}, Spec: spec},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
}

func createClaim(t *testing.T, k *kubernetes.Clientset, ns, name string, mode corev1.PersistentVolumeAccessMode) {
	t.Helper()
	_, err := k.CoreV1().PersistentVolumeClaims(ns).Create(t.Context(), &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{mode},
			Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
}

func waitPod(t *testing.T, k *kubernetes.Clientset, ns, name, what string, done func(*corev1.Pod) bool) *corev1.Pod {
	t.Helper()
	var pod *corev1.Pod
	eventually(t, "pod "+name+" is "+what, func(ctx context.Context) (bool, string, error) {
		var err error
		pod, err = k.CoreV1().Pods(ns).Get(ctx, name, metav1.GetOptions{})
		return err == nil && done(pod), fmt.Sprintf("%+v", pod.Status), err
	})
	return pod
}

// waitUnschedulable returns the scheduler's reason.
func waitUnschedulable(t *testing.T, k *kubernetes.Clientset, ns, name string) string {
	t.Helper()
	var reason string
	waitPod(t, k, ns, name, "unschedulable", func(p *corev1.Pod) bool {
		for _, c := range p.Status.Conditions {
			if c.Type == corev1.PodScheduled && c.Reason == corev1.PodReasonUnschedulable {
				reason = c.Message
			}
		}
		return reason != ""
	})
	return reason
}

func waitClaim(t *testing.T, k *kubernetes.Clientset, ns, name, size string) *corev1.PersistentVolumeClaim {
	t.Helper()
	var claim *corev1.PersistentVolumeClaim
	eventually(t, "claim "+name+" is bound with "+size, func(ctx context.Context) (bool, string, error) {
		var err error
		claim, err = k.CoreV1().PersistentVolumeClaims(ns).Get(ctx, name, metav1.GetOptions{})
		return err == nil && claim.Status.Phase == corev1.ClaimBound && claim.Status.Capacity.Storage().String() == size, fmt.Sprintf("%+v", claim.Status), err
	})
	return claim
}

func waitJob(t *testing.T, k *kubernetes.Clientset, ns string, end batchv1.JobConditionType) {
	t.Helper()
	eventually(t, "job is "+string(end), func(ctx context.Context) (bool, string, error) {
		job, err := k.BatchV1().Jobs(ns).Get(ctx, "job", metav1.GetOptions{})
		if err != nil {
			return false, "", err
		}
		for _, c := range job.Status.Conditions {
			if c.Type == end && c.Status == corev1.ConditionTrue {
				return true, "", nil
			}
		}
		return false, fmt.Sprintf("%+v", job.Status), nil
	})
}
