package dataservice

import (
	"fmt"
	"maps"
	"slices"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
)

// Args describe one server on one disk.
type Args struct {
	// Namespace everything is made in. An output of the Namespace resource also orders the two.
	Namespace pulumi.StringInput
	// NamespaceName is the same name, known now: the clients' network policies are made of it.
	NamespaceName string
	// Version of the server, for its label.
	Version string
	// Container is the server. Its security context, data mount and client port are added.
	Container corev1.ContainerArgs
	// User is the numeric user and group that the server's image is made for; it owns the disk's files.
	User int
	// Port that clients connect to.
	Port int
	// MetricsPort that serves Prometheus metrics under /metrics, from Exporter or from the server itself.
	MetricsPort int
	// Exporter is a sidecar that serves the metrics, where the server does not itself.
	Exporter *corev1.ContainerArgs
	// Init are containers that run before the server, with its disk mounted where the server has it.
	Init []corev1.ContainerArgs
	// ServiceAccount that the pod runs as. Default: the namespace's, without a right.
	ServiceAccount string
	// PodLabels that the pod must carry for what ServiceAccount may do in the cloud. Default none.
	PodLabels pulumi.StringMap
	// To are what the pod may connect to. Default: nothing.
	To []network.Peer
	// Volumes of the pod, beside its disk.
	Volumes corev1.VolumeArray
	// Storage is the size of the disk, in bytes.
	Storage spec.Quantity
	// DataPath is where the disk is mounted.
	DataPath string
	// GracePeriod in seconds that the server gets to stop.
	GracePeriod int
	// PriorityClass of the pod. Empty for the cluster's default.
	PriorityClass string
	// Clients that may connect to Port; nobody else may.
	Clients []network.Peer
	// KeepData protects the disk, and retains it when the stack is destroyed all the same.
	KeepData bool
}

// Server is one server on one disk.
type Server struct {
	// Host is the DNS name of the Service, resolvable from every namespace.
	Host string
	// Peer is the server as its clients' network policies name it.
	Peer network.Peer
}

// New registers a server named name. opts must carry the parent. It fails without a NamespaceName.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Server, error) {
	if args.NamespaceName == "" {
		return nil, fmt.Errorf("the data service %s has no NamespaceName; set it to the name of its Namespace", name)
	}
	selector := pulumi.StringMap{
		"app.kubernetes.io/name":     pulumi.String(name),
		"app.kubernetes.io/instance": pulumi.String(name),
	}
	labels := Labels(name, args.Version)
	meta := func(objectName string) *metav1.ObjectMetaArgs {
		return &metav1.ObjectMetaArgs{Name: pulumi.String(objectName), Namespace: args.Namespace, Labels: labels}
	}

	claim, err := newClaim(ctx, name, args, meta(name+"-data"), opts)
	if err != nil {
		return nil, err
	}
	if _, err := appsv1.NewStatefulSet(ctx, name, &appsv1.StatefulSetArgs{
		Metadata: meta(name),
		Spec: appsv1.StatefulSetSpecArgs{
			Replicas:    pulumi.Int(1),
			ServiceName: pulumi.String(name),
			Selector:    metav1.LabelSelectorArgs{MatchLabels: selector},
			// With the default, OrderedReady, a pod that never gets ready is not replaced when its template is
			// mended; it would have to be deleted by hand.
			PodManagementPolicy: pulumi.String("Parallel"),
			Template: corev1.PodTemplateSpecArgs{
				Metadata: metav1.ObjectMetaArgs{Labels: merged(labels, args.PodLabels)},
				Spec:     podSpec(args, claim),
			},
		},
	}, opts...); err != nil {
		return nil, fmt.Errorf("making the StatefulSet %s: %w", name, err)
	}
	if _, err := corev1.NewService(ctx, name, &corev1.ServiceArgs{
		Metadata: meta(name),
		Spec: corev1.ServiceSpecArgs{
			Type:     pulumi.String("ClusterIP"),
			Selector: selector,
			Ports: corev1.ServicePortArray{
				servicePort(name, args.Port),
				servicePort("metrics", args.MetricsPort),
			},
		},
	}, opts...); err != nil {
		return nil, fmt.Errorf("making the Service %s: %w", name, err)
	}
	if _, err := policyv1.NewPodDisruptionBudget(ctx, name, &policyv1.PodDisruptionBudgetArgs{
		Metadata: meta(name),
		Spec: policyv1.PodDisruptionBudgetSpecArgs{
			// One replica with minAvailable 1 would block the drain of its node for ever.
			MaxUnavailable:             pulumi.Int(1),
			UnhealthyPodEvictionPolicy: pulumi.String("AlwaysAllow"),
			Selector:                   metav1.LabelSelectorArgs{MatchLabels: selector},
		},
	}, opts...); err != nil {
		return nil, fmt.Errorf("making the PodDisruptionBudget %s: %w", name, err)
	}
	// A server of data opens no connections by itself.
	if _, err := network.Allow(ctx, name, &network.Rules{
		Namespace: args.Namespace, App: name, Labels: labels, Ports: []int{args.Port}, From: args.Clients, To: args.To,
	}, opts...); err != nil {
		return nil, err
	}
	return &Server{
		Host: fmt.Sprintf("%s.%s.svc", name, args.NamespaceName),
		Peer: network.Peer{Namespace: args.NamespaceName, App: name, Ports: []int{args.Port}},
	}, nil
}

// Labels are the recommended labels of everything that belongs to a data service.
func Labels(name, version string) pulumi.StringMap {
	return pulumi.StringMap{
		"app.kubernetes.io/name":       pulumi.String(name),
		"app.kubernetes.io/instance":   pulumi.String(name),
		"app.kubernetes.io/component":  pulumi.String("data"),
		"app.kubernetes.io/part-of":    pulumi.String("plinth"),
		"app.kubernetes.io/managed-by": pulumi.String("pulumi"),
		"app.kubernetes.io/version":    pulumi.String(version),
	}
}

func merged(labels, more pulumi.StringMap) pulumi.StringMap {
	all := maps.Clone(labels)
	maps.Copy(all, more)
	return all
}

func newClaim(ctx *pulumi.Context, name string, args *Args, meta *metav1.ObjectMetaArgs, opts []pulumi.ResourceOption,
) (*corev1.PersistentVolumeClaim, error) {
	// Where a StorageClass binds at the first consumer, which comes after the claim, waiting for the claim would never end;
	// providers before 4.27 wait all the same when it grows. The StatefulSet is awaited instead.
	meta.Annotations = pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")}
	claim, err := corev1.NewPersistentVolumeClaim(ctx, name+"-data", &corev1.PersistentVolumeClaimArgs{
		Metadata: meta,
		Spec: corev1.PersistentVolumeClaimSpecArgs{
			AccessModes: pulumi.ToStringArray([]string{"ReadWriteOnce"}),
			Resources: corev1.VolumeResourceRequirementsArgs{
				Requests: pulumi.StringMap{"storage": pulumi.String(args.Storage)},
			},
		},
	}, slices.Concat(opts, []pulumi.ResourceOption{pulumi.Protect(args.KeepData), pulumi.RetainOnDelete(args.KeepData)})...)
	if err != nil {
		return nil, fmt.Errorf("making the PersistentVolumeClaim %s-data: %w", name, err)
	}
	return claim, nil
}

func servicePort(name string, port int) corev1.ServicePortArgs {
	return corev1.ServicePortArgs{
		Name:       pulumi.String(name),
		Port:       pulumi.Int(port),
		TargetPort: pulumi.Int(port),
		Protocol:   pulumi.String("TCP"),
	}
}
