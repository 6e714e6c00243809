package workload

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// probe is nil where none is asked for.
func (b *builder) probe(p *Probe) corev1.ProbePtrInput {
	if p == nil {
		return nil
	}
	probe := corev1.ProbeArgs{
		PeriodSeconds:    pulumi.Int(p.Period),
		TimeoutSeconds:   pulumi.Int(p.Timeout),
		FailureThreshold: pulumi.Int(p.Failures),
	}
	switch {
	case p.HTTP != "":
		probe.HttpGet = corev1.HTTPGetActionArgs{Path: pulumi.String(p.HTTP), Port: pulumi.String(p.Port)}
	case p.GRPC != nil:
		// Kubernetes takes no port names here.
		probe.Grpc = corev1.GRPCActionArgs{Port: pulumi.Int(b.spec.Ports[p.Port]), Service: pulumi.String(*p.GRPC)}
	case p.TCP:
		probe.TcpSocket = corev1.TCPSocketActionArgs{Port: pulumi.String(p.Port)}
	default:
		probe.Exec = corev1.ExecActionArgs{Command: pulumi.ToStringArray(p.Exec)}
	}
	return probe
}
