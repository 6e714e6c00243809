package dataservice

import (
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/spec"
)

// dataVolume is the pod's name for its claim.
const dataVolume = "data"

// podSpec meets the Pod Security level `restricted`, and goes past it with read-only roots.
func podSpec(args *Args, claim *corev1.PersistentVolumeClaim) corev1.PodSpecArgs {
	server := Hardened(args.Container)
	server.Ports = corev1.ContainerPortArray{containerPort(args.Port)}
	server.VolumeMounts = append(
		corev1.VolumeMountArray{Mount(dataVolume, args.DataPath)}, server.VolumeMounts.(corev1.VolumeMountArray)...)
	containers := corev1.ContainerArray{server}
	if args.Exporter == nil {
		server.Ports = append(server.Ports.(corev1.ContainerPortArray), containerPort(args.MetricsPort))
		containers[0] = server
	} else {
		exporter := Hardened(*args.Exporter)
		exporter.Name = pulumi.String("exporter")
		exporter.Ports = corev1.ContainerPortArray{containerPort(args.MetricsPort)}
		containers = append(containers, exporter)
	}

	var before corev1.ContainerArray
	for _, c := range args.Init {
		c = Hardened(c)
		mounts, _ := c.VolumeMounts.(corev1.VolumeMountArray)
		c.VolumeMounts = append(corev1.VolumeMountArray{Mount(dataVolume, args.DataPath)}, mounts...)
		before = append(before, c)
	}

	pod := corev1.PodSpecArgs{
		Containers: containers,
		Volumes: slices.Concat(corev1.VolumeArray{corev1.VolumeArgs{
			Name: pulumi.String(dataVolume),
			PersistentVolumeClaim: corev1.PersistentVolumeClaimVolumeSourceArgs{
				ClaimName: claim.Metadata.Name().Elem(),
			},
		}}, args.Volumes),
		AutomountServiceAccountToken:  pulumi.Bool(false),
		EnableServiceLinks:            pulumi.Bool(false),
		TerminationGracePeriodSeconds: pulumi.Int(args.GracePeriod),
		SecurityContext:               PodSecurity(args.User),
	}
	if len(before) > 0 {
		pod.InitContainers = before
	}
	if args.ServiceAccount != "" {
		pod.ServiceAccountName = pulumi.String(args.ServiceAccount)
	}
	if args.PriorityClass != "" {
		pod.PriorityClassName = pulumi.String(args.PriorityClass)
	}
	return pod
}

// PodSecurity is what the level `restricted` asks of a pod whose containers run as the numeric user and group.
func PodSecurity(user int) corev1.PodSecurityContextArgs {
	return corev1.PodSecurityContextArgs{
		RunAsNonRoot: pulumi.Bool(true),
		RunAsUser:    pulumi.Int(user),
		RunAsGroup:   pulumi.Int(user),
		FsGroup:      pulumi.Int(user),
		// The default, Always, would walk the whole disk at each start.
		FsGroupChangePolicy: pulumi.String("OnRootMismatch"),
		SeccompProfile:      corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
	}
}

// Hardened returns the container with what the level `restricted` asks of it, and a root that cannot be written.
func Hardened(c corev1.ContainerArgs) corev1.ContainerArgs {
	security := corev1.SecurityContextArgs{
		AllowPrivilegeEscalation: pulumi.Bool(false),
		ReadOnlyRootFilesystem:   pulumi.Bool(true),
		Capabilities:             corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
	}
	c.SecurityContext = security
	// Where a server says why it died, it says so on its log.
	c.TerminationMessagePolicy = pulumi.String("FallbackToLogsOnError")
	return c
}

func containerPort(port int) corev1.ContainerPortArgs {
	return corev1.ContainerPortArgs{ContainerPort: pulumi.Int(port), Protocol: pulumi.String("TCP")}
}

// Resources asks for a CPU share without a limit, so that a start or a burst is not throttled, and for memory with the
// limit at the request, so that the server is never the one evicted for using what it was tuned for.
func Resources(cpu, memory spec.Quantity) corev1.ResourceRequirementsArgs {
	return corev1.ResourceRequirementsArgs{
		Requests: pulumi.StringMap{"cpu": pulumi.String(cpu), "memory": pulumi.String(memory)},
		Limits:   pulumi.StringMap{"memory": pulumi.String(memory)},
	}
}

// Probe runs a shell script in the container every 10 seconds; it has 5 seconds to exit with 0. failures in a row count.
func Probe(script string, failures int) corev1.ProbeArgs {
	return corev1.ProbeArgs{
		Exec:             corev1.ExecActionArgs{Command: pulumi.ToStringArray([]string{"sh", "-c", script})},
		PeriodSeconds:    pulumi.Int(10),
		TimeoutSeconds:   pulumi.Int(5),
		FailureThreshold: pulumi.Int(failures),
	}
}
