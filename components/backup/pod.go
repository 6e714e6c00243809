package backup

import (
	"maps"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/dataservice"
)

const (
	// uploadImage is rclone's own, at its last release when it was looked up, 2026-08-23. It takes the identity of a pod on all three
	// clouds, which none of the clouds' own tools does.
	uploadImage = "docker.io/rclone/rclone:1.75.0"
	// deadlineSeconds is when a backup that hangs is given up: the next one comes the day after.
	deadlineSeconds = 6 * 60 * 60

	volume = "backup"
)

// upload copies what was dumped. The region comes from the identity of EKS; the other clouds have no such variable. Under a KMS
// key S3's ETags are no checksums (rclone.org/s3/#key-management-system-kms), so that only sizes are compared.
const upload = `RCLONE_S3_REGION="${AWS_REGION:-}" exec rclone copy --config= --ignore-checksum --no-traverse --log-level=INFO "$FROM" "$TO"`

// podTemplate dumps first and uploads then: a dump that fails uploads nothing.
func podTemplate(
	name string, args *Args, bucket *cluster.Bucket, account *corev1.ServiceAccount, labels, identity pulumi.StringMap,
) corev1.PodTemplateSpecArgs {
	podLabels := maps.Clone(labels)
	maps.Copy(podLabels, identity)
	dump := dataservice.Hardened(args.Dump)
	mounts, _ := args.Dump.VolumeMounts.(corev1.VolumeMountArray)
	dump.VolumeMounts = append(corev1.VolumeMountArray{dataservice.Mount(volume, Directory)}, mounts...)
	to := bucket.URL.ApplyT(func(url string) (string, error) { return remote(url, name) }).(pulumi.StringOutput)
	return corev1.PodTemplateSpecArgs{
		Metadata: metav1.ObjectMetaArgs{Labels: podLabels},
		Spec: corev1.PodSpecArgs{
			InitContainers: corev1.ContainerArray{dump},
			Containers: corev1.ContainerArray{dataservice.Hardened(corev1.ContainerArgs{
				Name: pulumi.String("upload"), Image: pulumi.String(uploadImage),
				Command: pulumi.ToStringArray([]string{"sh", "-c", upload}),
				Env: corev1.EnvVarArray{
					corev1.EnvVarArgs{Name: pulumi.String("FROM"), Value: pulumi.String(Directory)},
					corev1.EnvVarArgs{Name: pulumi.String("TO"), Value: to},
				},
				Resources:    dataservice.Resources("50m", "256Mi"),
				VolumeMounts: corev1.VolumeMountArray{dataservice.MountReadOnly(volume, Directory)},
			})},
			RestartPolicy:                pulumi.String("Never"),
			ServiceAccountName:           account.Metadata.Name(),
			AutomountServiceAccountToken: pulumi.Bool(false),
			EnableServiceLinks:           pulumi.Bool(false),
			SecurityContext:              dataservice.PodSecurity(args.User),
			Volumes:                      slices.Concat(corev1.VolumeArray{scratchDisk(args)}, args.Volumes),
		},
	}
}

// scratchDisk is a disk that goes with the pod: a node's own may be too small for the dump.
func scratchDisk(args *Args) corev1.VolumeArgs {
	return corev1.VolumeArgs{
		Name: pulumi.String(volume),
		Ephemeral: corev1.EphemeralVolumeSourceArgs{VolumeClaimTemplate: corev1.PersistentVolumeClaimTemplateArgs{
			Spec: corev1.PersistentVolumeClaimSpecArgs{
				AccessModes: pulumi.ToStringArray([]string{"ReadWriteOnce"}),
				Resources: corev1.VolumeResourceRequirementsArgs{
					Requests: pulumi.StringMap{"storage": pulumi.String(args.Space)},
				},
			},
		}},
	}
}
