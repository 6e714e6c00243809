package rabbitmq

import (
	"fmt"

	batchv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/batch/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/network"
)

const (
	curlImage = "docker.io/curlimages/curl:8.16.0"
	curlUser  = 100 // curl_user in the image

	requestFile = "request"
	requestPath = "/run/secrets/rabbitmq"
)

// declare imports the definitions through a broker's management API, from within the cluster: nobody else reaches it. Others of them
// make another Secret by name, and so another Job. What the file no longer names stays on the broker until someone deletes it there.
func declare(
	ctx *pulumi.Context, name string, args *Args, broker *managed.Server, definitions pulumi.StringOutput, parent pulumi.ResourceOption,
) (*batchv1.Job, error) {
	name += "-declare"
	labels := dataservice.Labels(name, "managed")
	meta := metav1.ObjectMetaArgs{Namespace: args.Namespace, Labels: labels}
	policy, err := network.Allow(ctx, name, &network.Rules{
		Namespace: args.Namespace, App: name, Labels: labels,
		To: []network.Peer{{CIDR: broker.Range, Ports: []int{broker.AdminPort}}},
	}, parent)
	if err != nil {
		return nil, err
	}
	secret, err := corev1.NewSecret(ctx, name, &corev1.SecretArgs{
		Metadata: meta, Immutable: pulumi.Bool(true),
		StringData: pulumi.StringMap{
			definitionsFile: definitions,
			// curl reads the password from here, so that it is in no argument and no variable.
			requestFile: pulumi.Sprintf("url = \"%s/api/definitions\"\nuser = \"%s:%s\"\n", broker.Admin, adminName, broker.Password),
		},
	}, parent)
	if err != nil {
		return nil, fmt.Errorf("making the Secret of %s: %w", name, err)
	}
	job, err := batchv1.NewJob(ctx, name, &batchv1.JobArgs{
		Metadata: meta,
		Spec: batchv1.JobSpecArgs{
			BackoffLimit: pulumi.Int(5), ActiveDeadlineSeconds: pulumi.Int(900),
			Template: corev1.PodTemplateSpecArgs{
				Metadata: metav1.ObjectMetaArgs{Labels: labels},
				Spec: corev1.PodSpecArgs{
					Containers: corev1.ContainerArray{dataservice.Hardened(corev1.ContainerArgs{
						Name: pulumi.String("declare"), Image: pulumi.String(curlImage),
						Args: pulumi.ToStringArray([]string{
							"--config", requestPath + "/" + requestFile, "--header", "Content-Type: application/json",
							"--data-binary", "@" + requestPath + "/" + definitionsFile, "--fail-with-body", "--silent", "--show-error",
							"--retry", "10", "--retry-all-errors", "--max-time", "60",
						}),
						Resources:    dataservice.Resources("10m", "64Mi"),
						VolumeMounts: corev1.VolumeMountArray{dataservice.MountReadOnly("secret", requestPath)},
					})},
					Volumes:                      corev1.VolumeArray{dataservice.Secret("secret", secret, requestFile, definitionsFile)},
					RestartPolicy:                pulumi.String("Never"),
					AutomountServiceAccountToken: pulumi.Bool(false),
					EnableServiceLinks:           pulumi.Bool(false),
					SecurityContext:              dataservice.PodSecurity(curlUser),
				},
			},
		},
	}, parent, pulumi.DependsOn([]pulumi.Resource{policy}))
	if err != nil {
		return nil, fmt.Errorf("declaring the queues of %s: %w", name, err)
	}
	return job, nil
}
