package rabbitmq

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/dataservice"
)

func container(s Spec) corev1.ContainerArgs {
	return corev1.ContainerArgs{
		Name:      pulumi.String("rabbitmq"),
		Image:     pulumi.String("docker.io/library/rabbitmq:" + release),
		Resources: dataservice.Resources(s.CPU, s.Memory),
		Env: corev1.EnvVarArray{
			env("RABBITMQ_CONFIG_FILE", configPath+"/rabbitmq.conf"),
			// The data directory is named after the node, and must be found again whatever the pod is called.
			env("RABBITMQ_NODENAME", "rabbit@localhost"),
			// A single node talks Erlang's own protocol to nobody but rabbitmqctl. Who gets at it with the cookie, which the
			// node makes at its first start, owns the broker.
			env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}"),
			env("ERL_EPMD_ADDRESS", "127.0.0.1"),
		},
		StartupProbe:   startup(),
		LivenessProbe:  liveness(),
		ReadinessProbe: readiness(),
		VolumeMounts: corev1.VolumeMountArray{
			dataservice.MountReadOnly("config", configPath),
			dataservice.MountReadOnly("secret", secretPath),
			dataservice.Mount("tmp", "/tmp"),
		},
	}
}

// startup asks the broker through its own tool: has it booted, definitions included? The tool is an Erlang VM of its own
// that takes seconds of CPU and some 100 MiB of the container's memory, so it is not for every 10 seconds of the broker's life.
func startup() corev1.ProbeArgs {
	probe := dataservice.Probe("exec rabbitmq-diagnostics -q check_running", 120)
	probe.TimeoutSeconds = pulumi.Int(30)
	return probe
}

// liveness reads the metrics: the broker makes them when asked, and a blocked one cannot. Unlike most health checks
// this one does not fail while publishers are held back for want of memory or disk, which a restart would not mend.
func liveness() corev1.ProbeArgs {
	return corev1.ProbeArgs{
		HttpGet:          corev1.HTTPGetActionArgs{Path: pulumi.String("/metrics"), Port: pulumi.Int(metricsPort)},
		PeriodSeconds:    pulumi.Int(10),
		TimeoutSeconds:   pulumi.Int(10),
		FailureThreshold: pulumi.Int(6),
	}
}

// readiness opens the port for clients. The broker listens there last of all when it starts, and closes it first when it
// stops or is put into maintenance.
func readiness() corev1.ProbeArgs {
	return corev1.ProbeArgs{
		TcpSocket:        corev1.TCPSocketActionArgs{Port: pulumi.Int(port)},
		PeriodSeconds:    pulumi.Int(10),
		TimeoutSeconds:   pulumi.Int(5),
		FailureThreshold: pulumi.Int(3),
	}
}

func env(name, value string) corev1.EnvVarArgs {
	return corev1.EnvVarArgs{Name: pulumi.String(name), Value: pulumi.String(value)}
}
