package dataservice

import (
	"fmt"
	"maps"
	"slices"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/observe"
)

// ExporterPath is where an exporter finds its Files.
const ExporterPath = "/run/secrets/exporter"

// ExporterArgs describe the watch over a server that the cloud runs, which has no place for a sidecar.
type ExporterArgs struct {
	// Namespace of the exporter.
	Namespace pulumi.StringInput
	// Container asks the server. Its name, ports, mounts and security context are added, and resources where it has none: 10m of
	// a CPU and 64Mi, which do for exporters that keep nothing.
	Container corev1.ContainerArgs
	// Port that it tells Prometheus on.
	Port int
	// User is the numeric user and group that it runs as.
	User int
	// Files by name, all secret.
	Files pulumi.StringMap
	// Server that it asks.
	Server network.Peer
	// Alerts about the server.
	Alerts []observe.Alert
	// PriorityClass of the pod. Empty for the cluster's default.
	PriorityClass string
	// Monitoring is what the scraping and the alerts depend on.
	Monitoring []pulumi.Resource
}

// ExporterPods selects the metrics that an exporter tells, in PromQL.
func ExporterPods(namespace, name string) string {
	return fmt.Sprintf(`{namespace="%s",pod=~"%s-[a-z0-9]+-[a-z0-9]{5}"}`, namespace, name)
}

// ExporterRemedy is what to do where the server does not answer an exporter.
func ExporterRemedy(namespace, name string) string {
	return fmt.Sprintf("Look at `kubectl logs -n %s deployment/%s`, and at the server's state and events in the cloud's console.", namespace, name)
}

// NewExporter registers an exporter called name, and what watches over the server by it. opts must carry the parent. It fails only
// where a registration does.
func NewExporter(ctx *pulumi.Context, name string, args *ExporterArgs, opts ...pulumi.ResourceOption) error {
	labels := Labels(name, "managed")
	selector := pulumi.StringMap{"app.kubernetes.io/name": labels["app.kubernetes.io/name"]}
	secret, err := corev1.NewSecret(ctx, name, &corev1.SecretArgs{
		Metadata:   metav1.ObjectMetaArgs{Namespace: args.Namespace, Labels: labels},
		Immutable:  pulumi.Bool(true),
		StringData: args.Files,
	}, opts...)
	if err != nil {
		return fmt.Errorf("making the Secret %s: %w", name, err)
	}
	if _, err := network.Allow(ctx, name, &network.Rules{
		Namespace: args.Namespace, App: name, Labels: labels, To: []network.Peer{args.Server},
	}, opts...); err != nil {
		return err
	}
	exporter := Hardened(args.Container)
	exporter.Name = pulumi.String("exporter")
	if exporter.Resources == nil {
		exporter.Resources = Resources("10m", "64Mi")
	}
	exporter.Ports = corev1.ContainerPortArray{containerPort(args.Port)}
	exporter.VolumeMounts = corev1.VolumeMountArray{MountReadOnly("files", ExporterPath)}
	pod := corev1.PodSpecArgs{
		Containers:                   corev1.ContainerArray{exporter},
		Volumes:                      corev1.VolumeArray{Secret("files", secret, slices.Sorted(maps.Keys(args.Files))...)},
		AutomountServiceAccountToken: pulumi.Bool(false),
		EnableServiceLinks:           pulumi.Bool(false),
		SecurityContext:              PodSecurity(args.User),
	}
	if args.PriorityClass != "" {
		pod.PriorityClassName = pulumi.String(args.PriorityClass)
	}
	if _, err := appsv1.NewDeployment(ctx, name, &appsv1.DeploymentArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: args.Namespace, Labels: labels},
		Spec: appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(1),
			Selector: metav1.LabelSelectorArgs{MatchLabels: selector},
			// Two at once would count everything twice.
			Strategy: appsv1.DeploymentStrategyArgs{Type: pulumi.String("Recreate")},
			Template: corev1.PodTemplateSpecArgs{Metadata: metav1.ObjectMetaArgs{Labels: labels}, Spec: pod},
		},
	}, opts...); err != nil {
		return fmt.Errorf("making the Deployment %s: %w", name, err)
	}
	return observe.New(ctx, name, &observe.Args{
		Namespace: args.Namespace, App: name, Ports: []observe.Port{{Number: args.Port}}, Alerts: args.Alerts,
	}, append(opts, pulumi.DependsOn(args.Monitoring))...)
}
