package namespace

import (
	"cmp"
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/network"
)

// Level is one of the Pod Security Standards.
type Level string

const (
	// Restricted admits pods that are hardened as Kubernetes advises.
	Restricted Level = "restricted"
	// Baseline admits pods that escalate no privileges in known ways, but may run as root.
	Baseline Level = "baseline"
	// Privileged admits every pod, such as those that read a node's files.
	Privileged Level = "privileged"
)

// Args describe a namespace.
type Args struct {
	// Name in the cluster, a DNS label.
	Name string
	// PodSecurity is the level that its pods must meet. Default Restricted.
	PodSecurity Level
}

// Namespace is one that is closed until something is opened.
type Namespace struct {
	pulumi.ResourceState

	// Name in the cluster. What is made with it waits for the namespace and its policies.
	Name pulumi.StringOutput
}

// New registers a namespace. It fails only where a registration does.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Namespace, error) {
	n := &Namespace{}
	if err := ctx.RegisterComponentResource("plinth:namespace:Namespace", name, n, opts...); err != nil {
		return nil, fmt.Errorf("registering namespace %s: %w", name, err)
	}
	parent := pulumi.Parent(n)

	ns, err := corev1.NewNamespace(ctx, name, &corev1.NamespaceArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(args.Name), Labels: labels(cmp.Or(args.PodSecurity, Restricted))},
	}, parent)
	if err != nil {
		return nil, fmt.Errorf("making namespace %s: %w", name, err)
	}
	in := ns.Metadata.Name().Elem()
	deny, err := network.DefaultDeny(ctx, name+"-deny", in, parent)
	if err != nil {
		return nil, fmt.Errorf("closing namespace %s: %w", name, err)
	}
	dns, err := network.AllowDNS(ctx, name+"-dns", in, parent)
	if err != nil {
		return nil, fmt.Errorf("opening DNS in namespace %s: %w", name, err)
	}

	n.Name = pulumi.OutputWithDependencies(ctx.Context(), in, ns, deny, dns).(pulumi.StringOutput)
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"name": n.Name})
}

func labels(level Level) pulumi.StringMap {
	all := pulumi.StringMap{
		"app.kubernetes.io/part-of":    pulumi.String("plinth"),
		"app.kubernetes.io/managed-by": pulumi.String("pulumi"),
	}
	for _, mode := range []string{"enforce", "audit", "warn"} {
		all["pod-security.kubernetes.io/"+mode] = pulumi.String(level)
		all["pod-security.kubernetes.io/"+mode+"-version"] = pulumi.String("latest")
	}
	return all
}
