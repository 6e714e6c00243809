package charts

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/plinth-iac/plinth/components/namespace"
	"github.com/plinth-iac/plinth/components/network"
)

// ApplyArgs describe one application of a release manifest.
type ApplyArgs struct {
	// Manifest to apply.
	Manifest Manifest
	// Mirror is the base that it is had from. Default: its own URL.
	Mirror string
	// Namespace that the manifest's objects are in. The manifest's own Namespace is left out: it would be open.
	Namespace string
	// In is that namespace where it is made already, as for a second manifest. Default: it is made here, and closed.
	In pulumi.StringInput
	// Pods are what the manifest's pods may be reached by and may reach, beside DNS, by the name that they are labelled with.
	// Namespace and App are filled in.
	Pods map[string]network.Rules
	// WithoutWebhooks leaves out the webhooks and their certificates, for nodes that run nothing: nobody would answer there.
	WithoutWebhooks bool
}

// Apply registers a namespace, the network policies of the manifest's pods, and each object of the manifest: definitions first,
// which stay when all else goes, as those of charts do, for with them would go all that is of their kinds; then what the controllers
// need, the controllers, and their webhooks. It fails where the manifest cannot be had or is not in the namespace named.
func Apply(ctx *pulumi.Context, name string, args *ApplyArgs, opts ...pulumi.ResourceOption) (*Installation, error) {
	objects, err := args.Manifest.Objects(args.Mirror)
	if err != nil {
		return nil, err
	}
	i := &Installation{Namespace: pulumi.String(args.Namespace).ToStringOutput()}
	if err := ctx.RegisterComponentResource("plinth:charts:Installation", name, i, opts...); err != nil {
		return nil, fmt.Errorf("registering installation %s: %w", name, err)
	}
	if err := i.apply(ctx, name, args, objects); err != nil {
		return nil, fmt.Errorf("applying the manifest of %s: %w", args.Manifest.Name, err)
	}
	return i, ctx.RegisterResourceOutputs(i, pulumi.Map{"namespace": i.Namespace})
}

func (i *Installation) apply(ctx *pulumi.Context, name string, args *ApplyArgs, objects []*unstructured.Unstructured) error {
	if args.In != nil {
		i.Namespace = args.In.ToStringOutput()
	} else {
		ns, err := namespace.New(ctx, name, &namespace.Args{Name: args.Namespace}, pulumi.Parent(i))
		if err != nil {
			return err
		}
		i.Namespace = ns.Name
	}
	policies, err := i.policies(ctx, name, &InstallArgs{Pods: args.Pods})
	if err != nil {
		return err
	}
	i.Ready = policies
	for _, phase := range phases {
		var made []pulumi.Resource
		for _, object := range objects {
			if phaseOf(object) != phase || args.WithoutWebhooks && isWebhooks(object) {
				continue
			}
			resource, err := i.applyObject(ctx, name, args, object)
			if err != nil {
				return err
			}
			made = append(made, resource)
		}
		i.Ready = append(i.Ready, made...)
	}
	return nil
}

// The phases in which objects are made. Those of one phase wait for those of the phases before it, and not for each other.
var phases = []string{"definitions", "needs", "controllers", "webhooks"}

func phaseOf(object *unstructured.Unstructured) string {
	switch object.GetKind() {
	case "Namespace":
		return ""
	case "CustomResourceDefinition":
		return "definitions"
	case "Deployment":
		return "controllers"
	case "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration":
		return "webhooks"
	default:
		return "needs"
	}
}

func isWebhooks(object *unstructured.Unstructured) bool {
	group := object.GroupVersionKind().Group
	return group == "admissionregistration.k8s.io" || group == "cert-manager.io"
}

// manifestObject is an object of any kind, as its manifest has it.
type manifestObject struct{ pulumi.CustomResourceState }

func (i *Installation) applyObject(
	ctx *pulumi.Context, name string, args *ApplyArgs, object *unstructured.Unstructured,
) (pulumi.Resource, error) {
	inputs := kubernetes.UntypedArgs{}
	for key, value := range object.Object {
		inputs[key] = value
	}
	if in := object.GetNamespace(); in != "" {
		if in != args.Namespace {
			return nil, fmt.Errorf("%s %s is in the namespace %q, allowed is %q only; see what this release changed",
				object.GetKind(), object.GetName(), in, args.Namespace)
		}
		metadata := pulumi.ToMap(object.Object["metadata"].(map[string]any))
		metadata["namespace"] = i.Namespace
		inputs["metadata"] = metadata
	}
	version := object.GetAPIVersion()
	if !strings.Contains(version, "/") {
		version = "core/" + version
	}
	isDefinition := phaseOf(object) == "definitions"
	made := &manifestObject{}
	logical := strings.ToLower(name + "-" + object.GetKind() + "-" + object.GetName())
	err := ctx.RegisterResource("kubernetes:"+version+":"+object.GetKind(), logical, inputs, made,
		pulumi.Parent(i), pulumi.DependsOn(i.Ready), pulumi.RetainOnDelete(isDefinition))
	if err != nil {
		return nil, fmt.Errorf("making the %s %s: %w", object.GetKind(), object.GetName(), err)
	}
	return made, nil
}
