package helm

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	helmrelease "helm.sh/helm/v3/pkg/release"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/plinth-iac/plinth/local/provider/await"
)

// reasonsTimeout bounds the look at a release that has failed already, perhaps since the server is slow.
const reasonsTimeout = 20 * time.Second

// mostObjects is how many of them are told of: those that came after the one that was refused are not there either.
const mostObjects = 10

// remedy ends what is said of a release that failed: the next operation goes on from what Helm has on record.
const remedy = "mend what is named above, in the values of the chart or in the cluster, and run up again"

// reasons says why a release failed: what Helm says, then each object that does not work, with what
// it and its pods report. It has a time of its own, since the operation's is over.
func (op operation) reasons(err error, live *helmrelease.Release) []string {
	reasons := []string{strings.TrimSpace(strings.ReplaceAll(err.Error(), "1 error occurred:\n\t* ", ""))}
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
	// What the API server refused names itself, or is the first that is not there. What is there is only young.
	refused := apierrors.ReasonForError(err) != metav1.StatusReasonUnknown
	told := 0
	for _, object := range objects {
		found := problems(ctx, client, mapper, object, op.want.Namespace, refused)
		if len(found) == 0 {
			continue
		}
		if told++; told <= mostObjects {
			reasons = append(reasons, found...)
		}
	}
	if told > mostObjects {
		reasons = append(reasons, fmt.Sprintf("and %d objects more", told-mostObjects))
	}
	return reasons
}

// problems is empty for an object that works, that cannot be looked at, or that is there where only that matters.
func problems(
	ctx context.Context, client dynamic.Interface, mapper meta.RESTMapper, object *unstructured.Unstructured, namespace string,
	onlyMissing bool,
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
	switch {
	case apierrors.IsNotFound(err):
		return []string{name + ": was not made"}
	case err != nil:
		return []string{fmt.Sprintf("%s: %v", name, err)}
	case onlyMissing:
		return nil
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
