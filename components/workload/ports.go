package workload

import (
	"fmt"
	"maps"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func (b *builder) portNames() []string { return slices.Sorted(maps.Keys(b.spec.Ports)) }

func (b *builder) portNumbers() []int { return slices.Sorted(maps.Values(b.spec.Ports)) }

func (b *builder) containerPorts() corev1.ContainerPortArray {
	var ports corev1.ContainerPortArray
	for _, name := range b.portNames() {
		ports = append(ports, corev1.ContainerPortArgs{
			Name: pulumi.String(name), ContainerPort: pulumi.Int(b.spec.Ports[name]), Protocol: pulumi.String("TCP"),
		})
	}
	return ports
}

func (b *builder) servicePorts() corev1.ServicePortArray {
	var ports corev1.ServicePortArray
	for _, name := range b.portNames() {
		ports = append(ports, corev1.ServicePortArgs{
			Name: pulumi.String(name), Port: pulumi.Int(b.spec.Ports[name]), TargetPort: pulumi.String(name),
			Protocol: pulumi.String("TCP"), AppProtocol: appProtocol(name),
		})
	}
	return ports
}

// appProtocol names the protocol as Kubernetes and the Gateway API do; nil leaves it plain TCP.
func appProtocol(port string) pulumi.StringPtrInput {
	switch {
	case IsGRPC(port):
		return pulumi.String("kubernetes.io/h2c")
	case IsWebsocket(port):
		return pulumi.String("kubernetes.io/ws")
	case IsHTTP(port):
		return pulumi.String("http")
	}
	return nil
}

// newService gives the workload's pods one stable address. It is not awaited: that its pods are ready is, and a workload at zero
// replicas would be waited for in vain.
func (b *builder) newService() error {
	meta := b.meta(b.name)
	meta.Annotations = pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")}
	_, err := corev1.NewService(b.ctx, b.name, &corev1.ServiceArgs{
		Metadata: meta,
		Spec: corev1.ServiceSpecArgs{
			Type: pulumi.String("ClusterIP"), Selector: b.selector(), Ports: b.servicePorts(),
		},
	}, b.parent)
	if err != nil {
		return fmt.Errorf("making the Service: %w", err)
	}
	return nil
}
