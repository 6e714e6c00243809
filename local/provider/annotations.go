package provider

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// The annotations by which a program steers the provider. The ones about waiting are package await's.
const (
	annotationAutonamed      = "pulumi.com/autonamed"
	annotationReplaceUnready = "pulumi.com/replaceUnready"
	annotationPatchForce     = "pulumi.com/patchForce"
	annotationFieldManager   = "pulumi.com/patchFieldManager"
	annotationPropagation    = "pulumi.com/deletionPropagationPolicy"
	annotationHelmHook       = "helm.sh/hook"
	annotationLastApplied    = "kubectl.kubernetes.io/last-applied-configuration"
)

func isTrue(obj *unstructured.Unstructured, annotation string) bool {
	return obj.GetAnnotations()[annotation] == "true"
}

// metadataMap returns the map at metadata.<field>, made when absent; nil when part of the path is
// unknown yet, since nothing can be added to an unknown.
func metadataMap(obj *unstructured.Unstructured, field string) map[string]any {
	if _, ok := obj.Object["metadata"]; !ok {
		obj.Object["metadata"] = map[string]any{}
	}
	metadata, ok := obj.Object["metadata"].(map[string]any)
	if !ok {
		return nil
	}
	if metadata[field] == nil {
		metadata[field] = map[string]any{}
	}
	values, _ := metadata[field].(map[string]any)
	return values
}

// setAnnotation does not use SetAnnotations, which drops all others when one of them is unknown.
func setAnnotation(obj *unstructured.Unstructured, key, value string) {
	if annotations := metadataMap(obj, "annotations"); annotations != nil {
		annotations[key] = value
	}
}

// metadataUnknown reports whether metadata.<field> of the program is known only after the update.
func metadataUnknown(program resource.PropertyMap, field resource.PropertyKey) bool {
	metadata, ok := program["metadata"]
	if !ok || !metadata.IsObject() {
		return false
	}
	v, ok := metadata.ObjectValue()[field]
	return ok && v.IsComputed()
}

func propagation(inputs *unstructured.Unstructured) metav1.DeletionPropagation {
	switch strings.ToLower(inputs.GetAnnotations()[annotationPropagation]) {
	case "orphan":
		return metav1.DeletePropagationOrphan
	case "background":
		return metav1.DeletePropagationBackground
	}
	return metav1.DeletePropagationForeground
}
