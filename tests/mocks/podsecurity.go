package mocks

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// refusedPods asks Pod Security's own policy whether each pod that a resource makes would be admitted.
func (r *Recording) refusedPods() []string {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return []string{fmt.Sprintf("setting up the Pod Security policy: %v", err)}
	}
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	var found []string
	for _, res := range r.Resources() {
		template := res.podTemplate()
		if template == nil {
			continue
		}
		result := policy.AggregateCheckResults(evaluator.EvaluatePod(level, &template.ObjectMeta, &template.Spec))
		if !result.Allowed {
			found = append(found, fmt.Sprintf("%s makes pods that Pod Security restricted refuses: %s", res.URN, result.ForbiddenDetail()))
		}
	}
	return found
}

// podTemplate is nil for what makes no pods, and for what does not decode, which Schema reports.
func (res *Resource) podTemplate() *corev1.PodTemplateSpec {
	if _, isObject := res.Inputs["kind"]; !isObject {
		return nil
	}
	object, err := res.decode()
	if err != nil {
		return nil
	}
	switch object := object.(type) {
	case *appsv1.Deployment:
		return &object.Spec.Template
	case *appsv1.StatefulSet:
		return &object.Spec.Template
	case *appsv1.DaemonSet:
		return &object.Spec.Template
	case *batchv1.Job:
		return &object.Spec.Template
	case *batchv1.CronJob:
		return &object.Spec.JobTemplate.Spec.Template
	case *corev1.Pod:
		return &corev1.PodTemplateSpec{ObjectMeta: object.ObjectMeta, Spec: object.Spec}
	}
	return nil
}
