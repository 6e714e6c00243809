package dataservice

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// fileMode lets the owner and the pod's group read: the kubelet makes such files root's and the fsGroup's.
const fileMode = 0o440

// Scratch is an empty directory that lives as long as the pod, on the node's disk; the pod is evicted above sizeLimit.
func Scratch(name, sizeLimit string) corev1.VolumeArgs {
	return corev1.VolumeArgs{
		Name:     pulumi.String(name),
		EmptyDir: corev1.EmptyDirVolumeSourceArgs{SizeLimit: pulumi.String(sizeLimit)},
	}
}

// Config is a volume of all the files of a ConfigMap.
func Config(name string, configMap *corev1.ConfigMap) corev1.VolumeArgs {
	return corev1.VolumeArgs{
		Name: pulumi.String(name),
		ConfigMap: corev1.ConfigMapVolumeSourceArgs{
			Name:        configMap.Metadata.Name(),
			DefaultMode: pulumi.Int(fileMode),
		},
	}
}

// Secret is a volume of those keys of a Secret that one container needs, each as a file of that name.
func Secret(name string, secret *corev1.Secret, keys ...string) corev1.VolumeArgs {
	items := corev1.KeyToPathArray{}
	for _, key := range keys {
		items = append(items, corev1.KeyToPathArgs{Key: pulumi.String(key), Path: pulumi.String(key)})
	}
	return corev1.VolumeArgs{
		Name: pulumi.String(name),
		Secret: corev1.SecretVolumeSourceArgs{
			SecretName:  secret.Metadata.Name(),
			DefaultMode: pulumi.Int(fileMode),
			Items:       items,
		},
	}
}

// Mount puts a volume at a path.
func Mount(volume, path string) corev1.VolumeMountArgs {
	return corev1.VolumeMountArgs{Name: pulumi.String(volume), MountPath: pulumi.String(path)}
}

// MountReadOnly puts a volume at a path where it cannot be written.
func MountReadOnly(volume, path string) corev1.VolumeMountArgs {
	m := Mount(volume, path)
	m.ReadOnly = pulumi.Bool(true)
	return m
}
