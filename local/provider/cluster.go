package provider

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

// cluster reaches the API server. Discovery is read once and shared, since every call needs it.
type cluster struct {
	config       *rest.Config
	objects      dynamic.Interface
	discovery    discovery.CachedDiscoveryInterface
	mapper       *restmapper.DeferredDiscoveryRESTMapper
	major, minor int
}

func newCluster(config *rest.Config) (*cluster, error) {
	disco, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, err
	}
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	cached := memory.NewMemCacheClient(disco)
	c := &cluster{
		config: config, objects: objects, discovery: cached,
		mapper: restmapper.NewDeferredDiscoveryRESTMapper(cached),
	}
	// A broken aggregated API must not hide the ones that work.
	if _, _, err := cached.ServerGroupsAndResources(); err != nil && !discovery.IsGroupDiscoveryFailedError(err) {
		return nil, err
	}
	version, err := cached.ServerVersion()
	if err != nil {
		return nil, err
	}
	c.major, _ = strconv.Atoi(version.Major)
	c.minor, _ = strconv.Atoi(strings.TrimSuffix(version.Minor, "+"))
	return c, nil
}

// client returns the client for a type, reading discovery anew for one that is not known yet: its
// definition may have been created a moment ago.
func (c *cluster) client(gvk schema.GroupVersionKind, namespace string) (dynamic.ResourceInterface, error) {
	mapping, err := c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		c.mapper.Reset()
		if mapping, err = c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version); err != nil {
			return nil, err
		}
	}
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		return c.objects.Resource(mapping.Resource), nil
	}
	return c.objects.Resource(mapping.Resource).Namespace(namespaceOrDefault(namespace)), nil
}

func (c *cluster) clientFor(obj *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	return c.client(obj.GroupVersionKind(), obj.GetNamespace())
}

func (c *cluster) get(ctx context.Context, obj *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	client, err := c.clientFor(obj)
	if err != nil {
		return nil, err
	}
	return client.Get(ctx, obj.GetName(), metav1.GetOptions{})
}

// atLeast compares the server's version, which is 0.0 when the server did not say a number.
func (c *cluster) atLeast(major, minor int) bool {
	return c.major > major || c.major == major && c.minor >= minor
}

func (c *cluster) String() string { return fmt.Sprintf("%d.%d", c.major, c.minor) }

func namespaceOrDefault(namespace string) string {
	if namespace == "" {
		return "default"
	}
	return namespace
}
