package provider

import (
	"errors"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func isNamed(obj *unstructured.Unstructured, program resource.PropertyMap) bool {
	return metadataUnknown(program, "name") || obj.GetName() != ""
}

func isGenerateName(obj *unstructured.Unstructured, program resource.PropertyMap) bool {
	return !isNamed(obj, program) && (metadataUnknown(program, "generateName") || obj.GetGenerateName() != "")
}

// autoname gives an unnamed object the name that the engine proposes, else <logical name>-<8 hex>.
// The annotation tells a later Diff that a replacement may have another name.
func autoname(
	obj *unstructured.Unstructured, program resource.PropertyMap, urn resource.URN,
	seed []byte, engine *pulumirpc.CheckRequest_AutonamingOptions,
) error {
	if isNamed(obj, program) || isGenerateName(obj, program) {
		return nil
	}
	name, err := resource.NewUniqueName(seed, urn.Name()+"-", 0, 0, nil)
	if err != nil {
		return err
	}
	if engine != nil {
		if engine.Mode == pulumirpc.CheckRequest_AutonamingOptions_DISABLE {
			return errors.New("autonaming is disabled, resource requires the .metadata.name field to be set")
		}
		name = engine.ProposedName
	}
	setName(obj, name)
	return nil
}

// keepAutoname lets an unnamed object keep the name it was given before.
func keepAutoname(obj, old *unstructured.Unstructured, program resource.PropertyMap) {
	if !isNamed(obj, program) && isTrue(old, annotationAutonamed) {
		setName(obj, old.GetName())
	}
}

func setName(obj *unstructured.Unstructured, name string) {
	obj.SetName(name)
	setAnnotation(obj, annotationAutonamed, "true")
}

const labelManagedBy = "app.kubernetes.io/managed-by"

func managedBy() string {
	if name, ok := os.LookupEnv("PULUMI_KUBERNETES_MANAGED_BY_LABEL"); ok {
		return name
	}
	return "pulumi"
}

// keepManagedBy keeps the label that client-side apply once set; server-side apply needs none, since
// the object itself lists its managers.
func keepManagedBy(obj, old *unstructured.Unstructured) {
	labels := metadataMap(old, "labels")
	value, known := labels[labelManagedBy].(string)
	_, unknown := labels[labelManagedBy].(resource.Computed)
	if unknown || known && value == managedBy() {
		if labels := metadataMap(obj, "labels"); labels != nil {
			labels[labelManagedBy] = managedBy()
		}
	}
}
