package charts

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Requests are the resources of a container in the values of a chart or in a custom resource: cpu in cores or millicores ("100m") is
// only asked for; memory in bytes ("64Mi"), for which there is no other bound, is the limit too.
func Requests(cpu, memory string) pulumi.Map {
	return pulumi.Map{
		"requests": pulumi.Map{"cpu": pulumi.String(cpu), "memory": pulumi.String(memory)},
		"limits":   pulumi.Map{"memory": pulumi.String(memory)},
	}
}

// Spread is the topologySpreadConstraints of a program's pods in the values of a chart: each on a node of its own, as far as it goes.
// app is what they are labelled with as app.kubernetes.io/name.
func Spread(app string) pulumi.Array {
	return pulumi.Array{pulumi.Map{
		"maxSkew": pulumi.Int(1), "topologyKey": pulumi.String("kubernetes.io/hostname"), "whenUnsatisfiable": pulumi.String("ScheduleAnyway"),
		"labelSelector": pulumi.Map{"matchLabels": pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(app)}},
	}}
}

// RestrictedPod is the security context of a pod that runs as user, at the level restricted, with volumes that it may write.
func RestrictedPod(user int) pulumi.Map {
	return pulumi.Map{
		"runAsNonRoot": pulumi.Bool(true), "runAsUser": pulumi.Int(user), "runAsGroup": pulumi.Int(user), "fsGroup": pulumi.Int(user),
		"fsGroupChangePolicy": pulumi.String("OnRootMismatch"),
		"seccompProfile":      pulumi.Map{"type": pulumi.String("RuntimeDefault")},
	}
}

// RestrictedContainer is the security context of a container at the level restricted, which its own file system is read-only to.
func RestrictedContainer() pulumi.Map {
	return pulumi.Map{
		"allowPrivilegeEscalation": pulumi.Bool(false), "readOnlyRootFilesystem": pulumi.Bool(true),
		"capabilities": pulumi.Map{"drop": pulumi.ToStringArray([]string{"ALL"})},
	}
}
