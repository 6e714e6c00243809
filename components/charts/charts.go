package charts

import (
	"strings"

	helm "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Chart is one pinned chart.
type Chart struct {
	// Name of the chart in its repository, and of its releases.
	Name string
	// Repository is the https address that has the chart's index.yaml.
	Repository string
	// Version of the chart.
	Version string
}

// The charts, at the versions that their repositories published last when they were looked up, 2026-08-23.
var (
	// AWSLoadBalancerController 3.5.0 of 2026-08-03, from kubernetes-sigs/aws-load-balancer-controller.
	AWSLoadBalancerController = Chart{"aws-load-balancer-controller", "https://aws.github.io/eks-charts", "3.5.0"}
	// ClusterAutoscaler 9.59.0 of 2026-07-21, from kubernetes/autoscaler. Its own image is for Kubernetes 1.35: name one.
	ClusterAutoscaler = Chart{"cluster-autoscaler", "https://kubernetes.github.io/autoscaler", "9.59.0"}
	// NVIDIADevicePlugin 0.20.0 of 2026-08-19, from NVIDIA/k8s-device-plugin.
	NVIDIADevicePlugin = Chart{"nvidia-device-plugin", "https://nvidia.github.io/k8s-device-plugin", "0.20.0"}
)

// waitSeconds is how long a release may take to become ready: nodes that must start first take up to five minutes.
const waitSeconds = 900

// Release returns what installs the chart, from its own repository where mirror is empty. The caller adds namespace and values.
// A failed installation or upgrade is undone, so that the next one does not find the release in between.
func (c Chart) Release(mirror string) *helm.ReleaseArgs {
	args := &helm.ReleaseArgs{
		Name:       pulumi.String(c.Name),
		Chart:      pulumi.String(c.Name),
		Version:    pulumi.String(c.Version),
		Atomic:     pulumi.Bool(true),
		MaxHistory: pulumi.Int(5),
		Timeout:    pulumi.Int(waitSeconds),
	}
	base := strings.TrimSuffix(mirror, "/")
	if folder, isFile := strings.CutPrefix(base, "file://"); isFile {
		args.Chart = pulumi.String(folder + "/" + c.Name + "-" + c.Version + ".tgz")
		return args
	}
	if strings.HasPrefix(base, "oci://") {
		args.Chart = pulumi.String(base + "/" + c.Name)
		return args
	}
	if base == "" {
		base = c.Repository
	}
	args.RepositoryOpts = &helm.RepositoryOptsArgs{Repo: pulumi.String(base)}
	return args
}
