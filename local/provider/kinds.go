package provider

import (
	"fmt"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/kubernetes/scheme"
)

// typeGVK reads a type token: kubernetes:apps/v1:Deployment.
func typeGVK(urn resource.URN) (schema.GroupVersionKind, error) {
	typ := urn.Type()
	if string(typ.Package()) != packageName {
		return schema.GroupVersionKind{}, fmt.Errorf("unrecognized resource type: %q for this provider", typ)
	}
	group, version, ok := strings.Cut(string(typ.Module().Name()), "/")
	if !ok || strings.Contains(version, "/") {
		return schema.GroupVersionKind{},
			fmt.Errorf("apiVersion does not have both a group and a version: %q", typ.Module().Name())
	}
	if group == "core" {
		group = ""
	}
	return schema.GroupVersionKind{Group: group, Version: version, Kind: string(typ.Name())}, nil
}

// objectGVK is the type an object names, with the core group in its canonical form.
func objectGVK(obj *unstructured.Unstructured) schema.GroupVersionKind {
	gvk := obj.GroupVersionKind()
	if gvk.Group == "core" {
		gvk.Group = ""
	}
	return gvk
}

// isPatch reports whether the resource is a <Kind>Patch: some fields of an object that others own.
// A custom resource whose kind happens to end in Patch is none.
func isPatch(urn resource.URN, kind string) bool { return string(urn.Type().Name()) == kind+"Patch" }

// isList reports whether the type is the List of a built-in kind.
func isList(urn resource.URN) bool {
	gvk, err := typeGVK(urn)
	return err == nil && isBuiltIn(gvk.GroupVersion()) && strings.HasSuffix(gvk.Kind, "List")
}

// otherBuiltIns are the groups that belong to Kubernetes and have no types in client-go: they live
// in modules of their own, or are gone from today's.
var otherBuiltIns = sets.New(
	"core/v1", "meta/v1",
	"apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1",
	"apiregistration.k8s.io/v1", "apiregistration.k8s.io/v1beta1",
	"auditregistration.k8s.io/v1alpha1",
	"autoscaling/v2beta1", "autoscaling/v2beta2",
	"batch/v2alpha1",
	"coordination.k8s.io/v1alpha1",
	"flowcontrol.apiserver.k8s.io/v1alpha1",
	"networking.k8s.io/v1alpha1",
	"resource.k8s.io/v1alpha1", "resource.k8s.io/v1alpha2",
	"scheduling.k8s.io/v1alpha1",
	"settings.k8s.io/v1alpha1",
	"storagemigration.k8s.io/v1alpha1",
)

func isBuiltIn(gv schema.GroupVersion) bool {
	return scheme.Scheme.IsVersionRegistered(gv) || otherBuiltIns.Has(gv.String())
}

// clusterScoped are the built-in kinds without a namespace. They are listed so that a preview is
// right before there is a cluster to ask.
var clusterScoped = sets.New(
	"APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterRole", "ClusterRoleBinding",
	"CustomResourceDefinition", "FlowSchema", "IngressClass", "MutatingWebhookConfiguration", "Namespace", "Node",
	"PersistentVolume", "PodSecurityPolicy", "PriorityClass", "PriorityLevelConfiguration", "RuntimeClass",
	"StorageClass", "ValidatingWebhookConfiguration", "VolumeAttachment",
)

// namespaced reports whether objects of the type live in a namespace. One that nobody knows yet is
// taken to: it is most likely a custom resource whose definition comes in the same update.
func (s *Server) namespaced(gvk schema.GroupVersionKind) bool {
	if isBuiltIn(gvk.GroupVersion()) {
		gvk.Kind = strings.TrimSuffix(gvk.Kind, "Patch")
		if clusterScoped.Has(gvk.Kind) {
			return false
		}
	}
	if namespaced, ok := s.crds.namespaced(gvk.GroupKind()); ok {
		return namespaced
	}
	if s.unreachable != "" {
		return true
	}
	resources, err := s.cluster.discovery.ServerResourcesForGroupVersion(gvk.GroupVersion().String())
	if err != nil {
		return true
	}
	for _, r := range resources.APIResources {
		if r.Kind == gvk.Kind {
			return r.Namespaced
		}
	}
	return true
}

func isCRD(obj *unstructured.Unstructured) bool {
	return obj.GetKind() == "CustomResourceDefinition" && strings.HasPrefix(obj.GetAPIVersion(), "apiextensions.k8s.io/")
}

func isCore(obj *unstructured.Unstructured, kind string) bool {
	return objectGVK(obj).Group == "" && obj.GetKind() == kind
}

// crds are the scopes of the types that the program itself defines.
type crds struct {
	mu     sync.Mutex
	scopes map[schema.GroupKind]bool
}

func (c *crds) add(crd *unstructured.Unstructured) {
	group, _, _ := unstructured.NestedString(crd.Object, "spec", "group")
	kind, _, _ := unstructured.NestedString(crd.Object, "spec", "names", "kind")
	scope, _, _ := unstructured.NestedString(crd.Object, "spec", "scope")
	if group == "" || kind == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.scopes == nil {
		c.scopes = map[schema.GroupKind]bool{}
	}
	c.scopes[schema.GroupKind{Group: group, Kind: kind}] = scope == "Namespaced"
}

func (c *crds) namespaced(kind schema.GroupKind) (namespaced, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	namespaced, known = c.scopes[kind]
	return namespaced, known
}
