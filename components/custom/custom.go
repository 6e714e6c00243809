package custom

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Object is one custom resource.
type Object struct {
	// APIVersion is its group and version, and Kind its kind.
	APIVersion, Kind string
	// Name in the cluster.
	Name string
	// Namespace of a kind that has them. Default: none.
	Namespace pulumi.StringInput
	// Labels beside those that everything of the platform has.
	Labels pulumi.StringMap
	// Annotations of the object.
	Annotations pulumi.StringMap
	// Spec as the definition has it.
	Spec pulumi.Map
}

// New registers the object. It fails only where the registration does.
func New(ctx *pulumi.Context, name string, object *Object, opts ...pulumi.ResourceOption) (*apiextensions.CustomResource, error) {
	labels := pulumi.StringMap{
		"app.kubernetes.io/part-of":    pulumi.String("plinth"),
		"app.kubernetes.io/managed-by": pulumi.String("pulumi"),
	}
	for key, value := range object.Labels {
		labels[key] = value
	}
	metadata := &metav1.ObjectMetaArgs{Name: pulumi.String(object.Name), Labels: labels}
	if object.Namespace != nil {
		metadata.Namespace = object.Namespace.ToStringOutput()
	}
	if object.Annotations != nil {
		metadata.Annotations = object.Annotations
	}
	made, err := apiextensions.NewCustomResource(ctx, name, &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String(object.APIVersion), Kind: pulumi.String(object.Kind), Metadata: metadata,
		OtherFields: kubernetes.UntypedArgs{"spec": object.Spec},
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("making the %s %s: %w", object.Kind, object.Name, err)
	}
	return made, nil
}
