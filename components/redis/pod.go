package redis

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/dataservice"
)

const (
	image         = "docker.io/library/redis:" + release + "-bookworm"
	exporterImage = "docker.io/oliver006/redis_exporter:v1.88.0"
	metricsPort   = 9121
	user          = 999 // redis in the image

	passwordKey         = "password"
	exporterPasswordKey = "exporter-passwords.json"
)

// The password reaches redis-cli through its environment, where no process list shows it. redis-cli exits with 0 whatever
// the server replies, so it is the reply that counts.
const (
	ask   = `reply=$(REDISCLI_AUTH=$(cat ` + secretPath + `/` + passwordKey + `) timeout 4 redis-cli ping 2>&1); `
	ready = ask + `test "$reply" = PONG`
	// A server that still loads its data, or runs a long script, is alive: killed, it would start over.
	alive = ask + `case "$reply" in PONG|LOADING*|BUSY*) ;; *) echo "$reply"; exit 1;; esac`
)

func serverContainer(s Spec) corev1.ContainerArgs {
	return corev1.ContainerArgs{
		Name:  pulumi.String("redis"),
		Image: pulumi.String(image),
		// Past the image's entry point, which would load its modules.
		Command:   pulumi.ToStringArray([]string{"redis-server", configPath + "/redis.conf"}),
		Resources: dataservice.Resources(s.CPU, s.Memory),
		// An hour to load the data.
		StartupProbe:   dataservice.Probe(ready, 360),
		LivenessProbe:  dataservice.Probe(alive, 6),
		ReadinessProbe: dataservice.Probe(ready, 3),
		VolumeMounts: corev1.VolumeMountArray{
			dataservice.MountReadOnly("config", configPath),
			dataservice.MountReadOnly("secret", secretPath),
		},
	}
}

// The exporter looks its password up by the address with the user, but must not be given both in one: it would take
// the user for the password.
var (
	exporterAddress  = fmt.Sprintf("redis://127.0.0.1:%d", port)
	exporterIdentity = fmt.Sprintf("redis://exporter@127.0.0.1:%d", port)
)

func exporterContainer() corev1.ContainerArgs {
	return corev1.ContainerArgs{
		Image: pulumi.String(exporterImage),
		Env: corev1.EnvVarArray{
			env("REDIS_ADDR", exporterAddress),
			env("REDIS_USER", "exporter"),
			env("REDIS_PASSWORD_FILE", secretPath+"/"+exporterPasswordKey),
		},
		Resources:    dataservice.Resources("10m", "64Mi"),
		VolumeMounts: corev1.VolumeMountArray{dataservice.MountReadOnly("exporter-secret", secretPath)},
	}
}

func env(name, value string) corev1.EnvVarArgs {
	return corev1.EnvVarArgs{Name: pulumi.String(name), Value: pulumi.String(value)}
}
