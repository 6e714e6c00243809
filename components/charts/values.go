package charts

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Requests are the resources of a container in the values of a chart: cpu in cores or millicores ("100m") is only asked for; memory in
// bytes ("64Mi"), for which there is no other bound, is the limit too.
func Requests(cpu, memory string) pulumi.Map {
	return pulumi.Map{
		"requests": pulumi.Map{"cpu": pulumi.String(cpu), "memory": pulumi.String(memory)},
		"limits":   pulumi.Map{"memory": pulumi.String(memory)},
	}
}
