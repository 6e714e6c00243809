package workload

import (
	"fmt"
	"maps"
	"slices"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/spec"
)

// HasOwnVolumes tells whether each replica has disks of its own, which takes a StatefulSet.
func (s Spec) HasOwnVolumes() bool { return s.Kind == Service && len(s.volumes(false)) > 0 }

// Claims are the names of the PersistentVolumeClaims of one volume of a workload: one for all, or one for each replica that there
// can be. s is complete.
func (s Spec) Claims(name, volume string) []string {
	if s.Kind != Service || s.Volumes[volume].Shared {
		return []string{sharedClaim(name, volume)}
	}
	var claims []string
	for ordinal := range s.Replicas.most() {
		claims = append(claims, fmt.Sprintf("%s-%s-%d", volume, name, ordinal)) // as a StatefulSet calls those of its pods
	}
	return claims
}

func sharedClaim(name, volume string) string { return volume + "-" + name }

// volumes are the names of the shared or of the replicas' own volumes.
func (s Spec) volumes(shared bool) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.Volumes)), func(name string) bool {
		return s.Volumes[name].Shared != shared
	})
}

// claims makes one claim for each of the volumes, for all the pods together.
func (b *builder) claims(volumes []string) (storage, error) {
	var s storage
	for _, volume := range volumes {
		claim, err := b.claim(volume, sharedClaim(b.name, volume))
		if err != nil {
			return s, err
		}
		s.volumes = append(s.volumes, corev1.VolumeArgs{
			Name: pulumi.String(volume),
			PersistentVolumeClaim: corev1.PersistentVolumeClaimVolumeSourceArgs{
				ClaimName: claim.Metadata.Name().Elem(),
			},
		})
		s.mounts = append(s.mounts, b.volumeMount(volume))
	}
	return s, nil
}

func (b *builder) volumeMount(volume string) corev1.VolumeMountArgs {
	return corev1.VolumeMountArgs{Name: pulumi.String(volume), MountPath: pulumi.String(b.spec.Volumes[volume].Mount)}
}

// mounting adds storage to a pod and its container.
func mounting(pod corev1.PodSpecArgs, added storage) corev1.PodSpecArgs {
	container := pod.Containers.(corev1.ContainerArray)[0].(corev1.ContainerArgs)
	container.VolumeMounts = slices.Concat(container.VolumeMounts.(corev1.VolumeMountArray), added.mounts)
	pod.Containers = corev1.ContainerArray{container}
	pod.Volumes = slices.Concat(pod.Volumes.(corev1.VolumeArray), added.volumes)
	return pod
}

// statefulSet gives each replica its own disks. Its claims are resources of their own, for every replica there can ever be, and
// the StatefulSet adopts them by their names: its templates cannot be changed once made, and a disk must be able to grow.
func (b *builder) statefulSet(pod corev1.PodSpecArgs, opts []pulumi.ResourceOption) (pulumi.Resource, error) {
	peers, err := b.headlessService()
	if err != nil {
		return nil, err
	}
	var own storage
	var claims []pulumi.Resource
	var templates corev1.PersistentVolumeClaimTypeArray
	for _, volume := range b.spec.volumes(false) {
		own.mounts = append(own.mounts, b.volumeMount(volume))
		templates = append(templates, claimTemplate(volume))
		for _, name := range b.spec.Claims(b.name, volume) {
			claim, err := b.claim(volume, name)
			if err != nil {
				return nil, err
			}
			claims = append(claims, claim)
		}
	}

	pod = mounting(pod, own)
	pod.TopologySpreadConstraints = b.spread("controller-revision-hash")
	set, err := appsv1.NewStatefulSet(b.ctx, b.name, &appsv1.StatefulSetArgs{
		Metadata: b.rollingMeta(),
		Spec: appsv1.StatefulSetSpecArgs{
			Replicas:             b.replicas(),
			ServiceName:          peers.Metadata.Name(),
			Selector:             metav1.LabelSelectorArgs{MatchLabels: b.selector()},
			MinReadySeconds:      pulumi.Int(minReady),
			RevisionHistoryLimit: pulumi.Int(3),
			// With the default, OrderedReady, a pod that never gets ready is not replaced when its template is mended.
			PodManagementPolicy:  pulumi.String("Parallel"),
			UpdateStrategy:       appsv1.StatefulSetUpdateStrategyArgs{Type: pulumi.String("RollingUpdate")},
			VolumeClaimTemplates: templates,
			Template:             b.template(pod),
		},
	}, append(opts, pulumi.DependsOn(claims))...)
	if err != nil {
		return nil, fmt.Errorf("making the StatefulSet: %w", err)
	}
	return set, nil
}

// headlessService gives each replica a name of its own.
func (b *builder) headlessService() (*corev1.Service, error) {
	name := b.name + "-peers"
	service, err := corev1.NewService(b.ctx, name, &corev1.ServiceArgs{
		Metadata: b.meta(name),
		Spec: corev1.ServiceSpecArgs{
			ClusterIP: pulumi.String("None"), Selector: b.selector(), Ports: b.servicePorts(),
			// Replicas that look for each other must find each other before any of them is ready.
			PublishNotReadyAddresses: pulumi.Bool(true),
		},
	}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("making the Service %s: %w", name, err)
	}
	return service, nil
}

// claimTemplate only carries the name that claims are adopted by. Its size is never used, because the claims are there
// already, and must never change, because a change would replace the StatefulSet.
func claimTemplate(volume string) corev1.PersistentVolumeClaimTypeArgs {
	return corev1.PersistentVolumeClaimTypeArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(volume)},
		Spec:     claimSpec("ReadWriteOnce", "1Gi", ""),
	}
}

func (b *builder) claim(volume, name string) (*corev1.PersistentVolumeClaim, error) {
	v := b.spec.Volumes[volume]
	access := "ReadWriteOnce"
	if v.Shared {
		access = "ReadWriteMany"
	}
	meta := b.meta(name)
	// Where a StorageClass binds at the first consumer, which comes after the claim, waiting for the claim would never end. The
	// pods that use it are awaited instead.
	meta.Annotations = pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")}
	hook, err := b.ctx.RegisterResourceHook(name+"-size", b.refuseSmaller(volume), &pulumi.ResourceHookOptions{OnDryRun: true})
	if err != nil {
		return nil, fmt.Errorf("guarding the PersistentVolumeClaim %s: %w", name, err)
	}
	claim, err := corev1.NewPersistentVolumeClaim(b.ctx, name, &corev1.PersistentVolumeClaimArgs{
		Metadata: meta, Spec: claimSpec(access, v.Size, v.Class),
	}, b.parent, pulumi.Protect(b.args.KeepData), pulumi.RetainOnDelete(b.args.KeepData),
		pulumi.ResourceHooks(&pulumi.ResourceHookBinding{BeforeUpdate: []*pulumi.ResourceHook{hook}}))
	if err != nil {
		return nil, fmt.Errorf("making the PersistentVolumeClaim %s: %w", name, err)
	}
	return claim, nil
}

// refuseSmaller has a preview fail where a claim of the volume was larger: the API server would refuse it amid an update.
func (b *builder) refuseSmaller(volume string) pulumi.ResourceHookFunction {
	return func(args *pulumi.ResourceHookArgs) error {
		was, _ := resource.PropertyPath{"spec", "resources", "requests", "storage"}.Get(resource.NewProperty(args.OldInputs))
		if !was.IsString() {
			return nil
		}
		var problems spec.Problems
		path := spec.Path("workloads").Key(b.name).Key("volumes").Key(volume).Key("size")
		problems.CheckGrowth(path, b.spec.Volumes[volume].Size, spec.Quantity(was.StringValue()))
		return problems.Err()
	}
}

func claimSpec(access string, size spec.Quantity, class string) corev1.PersistentVolumeClaimSpecArgs {
	claim := corev1.PersistentVolumeClaimSpecArgs{
		AccessModes: pulumi.ToStringArray([]string{access}),
		Resources:   corev1.VolumeResourceRequirementsArgs{Requests: pulumi.StringMap{"storage": pulumi.String(size)}},
	}
	if class != "" {
		claim.StorageClassName = pulumi.String(class)
	}
	return claim
}
