package workload

import (
	"fmt"
	"maps"
	"slices"
	"time"

	batchv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/batch/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// keepRuns is how many seconds a cronjob's finished run stays, for its log to be read: a day.
const keepRuns = 24 * 60 * 60

// job runs the program once. It has no name of its own and its template cannot be changed, so any change replaces it, which
// runs it again. It is not removed when it is done: the next refresh would miss it, and run it again for no reason.
func (b *builder) job(pod corev1.PodSpecArgs, opts ...pulumi.ResourceOption) error {
	pod, err := b.withVolumes(pod)
	if err != nil {
		return err
	}
	timeout := (time.Duration(b.spec.Deadline)*time.Second + time.Minute).String()
	_, err = batchv1.NewJob(b.ctx, b.name, &batchv1.JobArgs{
		Metadata: b.generatedMeta(),
		Spec:     b.jobSpec(pod),
	}, append(opts, b.parent, pulumi.Timeouts(&pulumi.CustomTimeouts{Create: timeout, Update: timeout}))...)
	if err != nil {
		return fmt.Errorf("making the Job: %w", err)
	}
	return nil
}

func (b *builder) cronJob(pod corev1.PodSpecArgs, opts ...pulumi.ResourceOption) error {
	pod, err := b.withVolumes(pod)
	if err != nil {
		return err
	}
	run := b.jobSpec(pod)
	run.TtlSecondsAfterFinished = pulumi.Int(keepRuns)
	_, err = batchv1.NewCronJob(b.ctx, b.name, &batchv1.CronJobArgs{
		Metadata: b.meta(b.name),
		Spec: batchv1.CronJobSpecArgs{
			Schedule:          pulumi.String(b.spec.Schedule),
			TimeZone:          pulumi.String(b.spec.TimeZone),
			ConcurrencyPolicy: pulumi.String("Forbid"),
			// Without it, a controller that was away for more than 100 runs never starts another.
			StartingDeadlineSeconds:    pulumi.Int(200),
			SuccessfulJobsHistoryLimit: pulumi.Int(3),
			FailedJobsHistoryLimit:     pulumi.Int(3),
			JobTemplate: batchv1.JobTemplateSpecArgs{
				Metadata: metav1.ObjectMetaArgs{Labels: b.labels()}, Spec: run,
			},
		},
	}, append(opts, b.parent)...)
	if err != nil {
		return fmt.Errorf("making the CronJob: %w", err)
	}
	return nil
}

// withVolumes mounts every volume: runs never overlap, so each may have them all to itself.
func (b *builder) withVolumes(pod corev1.PodSpecArgs) (corev1.PodSpecArgs, error) {
	claimed, err := b.claims(slices.Sorted(maps.Keys(b.spec.Volumes)))
	return mounting(pod, claimed), err
}

func (b *builder) jobSpec(pod corev1.PodSpecArgs) batchv1.JobSpecArgs {
	// A failed try leaves its pod, and so its log.
	pod.RestartPolicy = pulumi.String("Never")
	return batchv1.JobSpecArgs{
		BackoffLimit:          pulumi.Int(*b.spec.Retries),
		ActiveDeadlineSeconds: pulumi.Int(b.spec.Deadline),
		Template:              b.template(pod),
	}
}
