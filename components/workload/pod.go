package workload

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
)

// drain is how many seconds a replica goes on serving after it was told to stop: until then load balancers and other
// nodes still send it traffic. The grace period starts after it.
const drain = 5

// pod is the template of the workload's pods, less what only one kind of controller adds.
func (b *builder) pod(account *corev1.ServiceAccount) (corev1.PodSpecArgs, error) {
	environment, err := b.environment()
	if err != nil {
		return corev1.PodSpecArgs{}, err
	}
	files, err := b.files()
	if err != nil {
		return corev1.PodSpecArgs{}, err
	}
	storage := files.plus(b.writable())

	grace := b.spec.GracePeriod
	if len(b.spec.Ports) > 0 {
		grace += drain
	}
	return corev1.PodSpecArgs{
		ServiceAccountName:            account.Metadata.Name(),
		AutomountServiceAccountToken:  pulumi.Bool(false),
		EnableServiceLinks:            pulumi.Bool(false),
		TerminationGracePeriodSeconds: pulumi.Int(grace),
		PriorityClassName:             pulumi.String(PriorityClass(b.spec.Priority)),
		Affinity:                      b.affinity(),
		NodeSelector:                  b.nodeSelector(),
		Tolerations:                   b.tolerations(),
		Volumes:                       storage.volumes,
		Containers:                    corev1.ContainerArray{b.container(environment, storage.mounts)},
		SecurityContext: corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true),
			RunAsUser:    pulumi.Int(int(b.spec.User)),
			RunAsGroup:   pulumi.Int(int(b.spec.User)),
			FsGroup:      pulumi.Int(int(b.spec.User)),
			// The default, Always, would walk the whole disk at each start.
			FsGroupChangePolicy: pulumi.String("OnRootMismatch"),
			SeccompProfile:      corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
	}, nil
}

func (b *builder) container(environment environment, mounts corev1.VolumeMountArray) corev1.ContainerArgs {
	container := corev1.ContainerArgs{
		Name:           pulumi.String(b.name),
		Image:          pulumi.String(b.spec.Image),
		Command:        list(b.spec.Command),
		Args:           list(b.spec.Args),
		Ports:          b.containerPorts(),
		Env:            environment.env,
		EnvFrom:        environment.from,
		VolumeMounts:   mounts,
		Resources:      b.resources(),
		StartupProbe:   b.probe(b.spec.Probes.Startup),
		LivenessProbe:  b.probe(b.spec.Probes.Liveness),
		ReadinessProbe: b.probe(b.spec.Probes.Readiness),
		// A program that dies without a message leaves the end of its log, which a failed `up` then shows.
		TerminationMessagePolicy: pulumi.String("FallbackToLogsOnError"),
		SecurityContext: corev1.SecurityContextArgs{
			AllowPrivilegeEscalation: pulumi.Bool(false),
			ReadOnlyRootFilesystem:   pulumi.Bool(true),
			Capabilities:             corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
		},
	}
	if len(b.spec.Ports) > 0 {
		// The kubelet's own sleep: images without a shell have it too.
		container.Lifecycle = corev1.LifecycleArgs{
			PreStop: corev1.LifecycleHandlerArgs{Sleep: corev1.SleepActionArgs{Seconds: pulumi.Int(drain)}},
		}
	}
	return container
}

func (b *builder) resources() corev1.ResourceRequirementsArgs {
	resources := b.spec.Resources
	requests := pulumi.StringMap{
		"cpu":    pulumi.String(resources.CPU.Request),
		"memory": pulumi.String(resources.Memory.Request),
	}
	limits := pulumi.StringMap{"memory": pulumi.String(resources.Memory.Limit)}
	if resources.CPU.Limit != "" {
		limits["cpu"] = pulumi.String(resources.CPU.Limit)
	}
	if b.spec.GPU > 0 {
		// Extended resources cannot be overcommitted: request and limit must agree.
		requests[cluster.GPUResource] = pulumi.Sprintf("%d", b.spec.GPU)
		limits[cluster.GPUResource] = pulumi.Sprintf("%d", b.spec.GPU)
	}
	return corev1.ResourceRequirementsArgs{Requests: requests, Limits: limits}
}

func (b *builder) template(pod corev1.PodSpecArgs) corev1.PodTemplateSpecArgs {
	return corev1.PodTemplateSpecArgs{Metadata: metav1.ObjectMetaArgs{Labels: b.labels()}, Spec: pod}
}

// list is nil where there is nothing in it: an empty list would show as a difference for ever, since the cluster drops it.
func list(values []string) pulumi.StringArrayInput {
	if len(values) == 0 {
		return nil
	}
	return pulumi.ToStringArray(values)
}
