package provider

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

// What the generated API types tell of their own life.
type (
	introduced interface{ APILifecycleIntroduced() (major, minor int) }
	removed    interface{ APILifecycleRemoved() (major, minor int) }
	replaced   interface {
		APILifecycleReplacement() schema.GroupVersionKind
	}
)

// removedIn says in which version the type went away, and what took its place.
func (s *Server) removed(gvk schema.GroupVersionKind) error {
	typ, err := scheme.Scheme.New(gvk)
	if err != nil {
		return nil
	}
	r, ok := typ.(removed)
	if !ok {
		return nil
	}
	major, minor := r.APILifecycleRemoved()
	if !s.cluster.atLeast(major, minor) {
		return nil
	}
	instead := gvk
	if r, ok := typ.(replaced); ok {
		instead = r.APILifecycleReplacement()
	}
	return fmt.Errorf("apiVersion %q was removed in Kubernetes %d.%d. Use %q instead.", //lint:ignore ST1005 It stands alone.
		typeName(gvk), major, minor, typeName(instead))
}

// warnDeprecated says that the type is gone from this cluster, or that it has a better one.
func (s *Server) warnDeprecated(urn resource.URN, gvk schema.GroupVersionKind) {
	if s.unreachable != "" {
		return
	}
	if err := s.removed(gvk); err != nil {
		s.log(urn, diag.Warning, "%v", err)
		return
	}
	typ, err := scheme.Scheme.New(gvk)
	if err != nil || s.settings.suppressDeprecationWarnings {
		return
	}
	r, ok := typ.(replaced)
	if !ok {
		return
	}
	instead := r.APILifecycleReplacement()
	if successor, err := scheme.Scheme.New(instead); err == nil {
		if i, ok := successor.(introduced); ok && !s.cluster.atLeast(i.APILifecycleIntroduced()) {
			return
		}
	}
	s.log(urn, diag.Warning, "%s is deprecated by %s.", typeName(gvk), typeName(instead))
}

func typeName(gvk schema.GroupVersionKind) string {
	return gvk.GroupVersion().String() + "/" + gvk.Kind
}
