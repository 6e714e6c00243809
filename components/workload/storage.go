package workload

import (
	"fmt"
	"maps"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/spec"
)

// fileMode lets the pod's user read, through its group, and nobody write.
const fileMode = 0o440

// Names of the pod's own volumes. A user's volume is called what the user calls it, so these have a prefix.
const (
	ownVolumes    = "plinth-"
	filesVolume   = ownVolumes + "files"
	secretsVolume = ownVolumes + "secrets"
)

// storage is what a pod mounts.
type storage struct {
	volumes corev1.VolumeArray
	mounts  corev1.VolumeMountArray
}

func (s storage) plus(other storage) storage {
	return storage{volumes: slices.Concat(s.volumes, other.volumes), mounts: slices.Concat(s.mounts, other.mounts)}
}

// files mounts each file by itself, so that what else the image has in the same directory stays visible. Such mounts never
// follow a change of their source, and need not: a change makes a new ConfigMap or Secret, and so new pods.
func (b *builder) files() (storage, error) {
	var s storage
	if len(b.spec.Files) > 0 {
		data := pulumi.StringMap{}
		for i, path := range slices.Sorted(maps.Keys(b.spec.Files)) {
			data[fileKey(i)] = pulumi.String(b.spec.Files[path])
			s.mounts = append(s.mounts, fileMount(filesVolume, path, i))
		}
		config, err := b.configMap("files", data)
		if err != nil {
			return s, err
		}
		s.volumes = append(s.volumes, corev1.VolumeArgs{
			Name: pulumi.String(filesVolume),
			ConfigMap: corev1.ConfigMapVolumeSourceArgs{
				Name: config.Metadata.Name(), DefaultMode: pulumi.Int(fileMode),
			},
		})
	}
	if len(b.spec.SecretFiles) == 0 {
		return s, nil
	}
	var sources corev1.VolumeProjectionArray
	for i, path := range slices.Sorted(maps.Keys(b.spec.SecretFiles)) {
		ref := b.spec.SecretFiles[path]
		object, err := b.secret(ref)
		if err != nil {
			return s, err
		}
		sources = append(sources, corev1.VolumeProjectionArgs{Secret: corev1.SecretProjectionArgs{
			Name:  object,
			Items: corev1.KeyToPathArray{corev1.KeyToPathArgs{Key: pulumi.String(ref.Key), Path: pulumi.String(fileKey(i))}},
		}})
		s.mounts = append(s.mounts, fileMount(secretsVolume, path, i))
	}
	s.volumes = append(s.volumes, corev1.VolumeArgs{
		Name:      pulumi.String(secretsVolume),
		Projected: corev1.ProjectedVolumeSourceArgs{DefaultMode: pulumi.Int(fileMode), Sources: sources},
	})
	return s, nil
}

// fileKey stands for a path, whose slashes a key must not have.
func fileKey(i int) string { return fmt.Sprintf("file-%d", i) }

func fileMount(volume, path string, i int) corev1.VolumeMountArgs {
	return corev1.VolumeMountArgs{
		Name: pulumi.String(volume), MountPath: pulumi.String(path), SubPath: pulumi.String(fileKey(i)), ReadOnly: pulumi.Bool(true),
	}
}

// writable mounts the declared directories, and /tmp where no volume is.
func (b *builder) writable() storage {
	sizes := map[string]spec.Quantity{"/tmp": "64Mi"}
	for _, volume := range b.spec.Volumes {
		delete(sizes, volume.Mount)
	}
	maps.Copy(sizes, b.spec.Writable)
	var s storage
	for i, path := range slices.Sorted(maps.Keys(sizes)) {
		name := pulumi.Sprintf(ownVolumes+"writable-%d", i)
		s.volumes = append(s.volumes, corev1.VolumeArgs{
			Name: name, EmptyDir: corev1.EmptyDirVolumeSourceArgs{SizeLimit: pulumi.String(sizes[path])},
		})
		s.mounts = append(s.mounts, corev1.VolumeMountArgs{Name: name, MountPath: pulumi.String(path)})
	}
	return s
}
