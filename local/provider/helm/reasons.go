package helm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	helmrelease "helm.sh/helm/v3/pkg/release"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/plinth-iac/plinth/local/provider/await"
)

// reasonsTimeout bounds the look at a release that has failed already, perhaps since the server is slow.
const reasonsTimeout = 20 * time.Second

// reasons says why a release failed: what Helm says, then each object that does not work, with what
// it and its pods report. It has a time of its own, since the operation's is over.
func (op operation) reasons(err error, live *helmrelease.Release) []string {
	reasons := []string{err.Error()}
	config := op.server.cluster.Config
	objects, parseErr := objectsOf(live.Manifest)
	if config == nil || parseErr != nil {
		return reasons
	}
	client, clientErr := dynamic.NewForConfig(config)
	mapper, mapperErr := op.conf.RESTClientGetter.ToRESTMapper()
	if clientErr != nil || mapperErr != nil {
		return reasons
	}
	ctx, cancel := context.WithTimeout(context.Background(), reasonsTimeout)
	defer cancel()
	for _, object := range objects {
		reasons = append(reasons, problems(ctx, client, mapper, object, op.want.Namespace)...)
	}
	return reasons
}

// problems is empty for an object that works, or that cannot be looked at.
func problems(
	ctx context.Context, client dynamic.Interface, mapper meta.RESTMapper, object *unstructured.Unstructured, namespace string,
) []string {
	gvk := object.GroupVersionKind()
	mapping, err := mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		return nil
	}
	var resources dynamic.ResourceInterface = client.Resource(mapping.Resource)
	name := gvk.Kind + " " + object.GetName()
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		if ns := object.GetNamespace(); ns != "" {
			namespace = ns
		}
		resources = client.Resource(mapping.Resource).Namespace(namespace)
		name = gvk.Kind + " " + namespace + "/" + object.GetName()
	}
	found, err := resources.Get(ctx, object.GetName(), metav1.GetOptions{})
	if err != nil {
		return []string{fmt.Sprintf("%s: %v", name, err)}
	}
	waiter := await.Waiter{Client: resources, Objects: client, Report: func(diag.Severity, string) {}}
	err = waiter.Check(ctx, object, found)
	var unready *await.Error
	if !errors.As(err, &unready) {
		return nil
	}
	if len(unready.Reasons) == 0 {
		return []string{name + ": not ready"}
	}
	var all []string
	for _, reason := range unready.Reasons {
		all = append(all, name+": "+reason)
	}
	return all
}
