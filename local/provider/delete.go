package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/sets"

	"github.com/plinth-iac/plinth/local/provider/await"
)

// Delete removes the object and waits until it is gone. Of a Patch resource it gives up the fields.
func (s *Server) Delete(ctx context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	urn := resource.URN(req.GetUrn())
	ctx, done := s.context(ctx)
	defer done()
	if custom, ok := s.custom[string(urn.Type())]; ok {
		if s.unreachable != "" {
			return nil, fmt.Errorf("can't delete Helm Release with unreachable cluster. Reason: %q", s.unreachable)
		}
		return custom.Delete(ctx, req)
	}
	if s.unreachable != "" {
		return s.deleteUnreachable(urn)
	}
	properties, err := unmarshal("state", req.GetProperties())
	if err != nil {
		return nil, err
	}
	old := parseState(properties)
	err = s.remove(ctx, urn, old, req.GetId(), req.GetTimeout())
	var failed *await.Error
	switch {
	case err == nil, apierrors.IsNotFound(err), meta.IsNoMatchError(err):
		// Without its type there is no object either.
		return &emptypb.Empty{}, nil
	case isPatch(urn, old.live.GetKind()) && apierrors.IsInvalid(err) && strings.Contains(err.Error(), "Required value"):
		field := "?"
		if cause, ok := apierrors.StatusCause(err, metav1.CauseTypeFieldValueRequired); ok {
			field = cause.Field
		}
		return nil, fmt.Errorf("this Patch resource is currently managing a required field, so it can't be deleted directly. "+
			"Either set the `retainOnDelete` resource option, or transfer ownership of the field before deleting: %s", field)
	case errors.As(err, &failed):
		manager, merr := fieldManager(properties, old.inputs)
		if merr != nil {
			return nil, errors.Join(err, merr)
		}
		state := newState(old.inputs, failed.Object, properties, old.initialAPIVersion(), manager)
		return nil, s.notReady(objectID(failed.Object), err, state, nil)
	}
	return nil, err
}

func (s *Server) remove(ctx context.Context, urn resource.URN, old state, id string, seconds float64) error {
	client, err := s.cluster.clientFor(old.live)
	if err != nil {
		return err
	}
	if isPatch(urn, old.inputs.GetKind()) {
		manager, err := fieldManager(old.properties, old.inputs)
		if err != nil {
			return err
		}
		return relinquish(ctx, client, old.live, manager)
	}
	_, name := parseID(id)
	policy := propagation(old.inputs)
	if err := client.Delete(ctx, name, metav1.DeleteOptions{PropagationPolicy: &policy}); err != nil {
		return err
	}
	if isTrue(old.inputs, await.AnnotationSkip) && deletesBehind(old.inputs) {
		return nil
	}
	live, err := client.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	waiter := await.Waiter{Client: client, Objects: s.cluster.objects, Report: s.reporter(urn)}
	err = waiter.Gone(ctx, live, await.Timeout(seconds, old.inputs))
	s.status(urn, diag.Info, "")
	return err
}

// deletesBehind reports whether the kind takes others along when it is deleted, which skipAwait then
// does not wait for; for the rest it has no say.
func deletesBehind(obj *unstructured.Unstructured) bool {
	gvk := objectGVK(obj)
	return sets.New("Namespace", "Pod", "ReplicationController", "apps/DaemonSet", "apps/Deployment", "apps/StatefulSet",
		"batch/Job").Has(strings.TrimPrefix(gvk.Group+"/"+gvk.Kind, "/"))
}

func (s *Server) deleteUnreachable(urn resource.URN) (*emptypb.Empty, error) {
	s.log(urn, diag.Warning, "configured Kubernetes cluster is unreachable: %s", s.unreachable)
	if s.settings.deleteUnreachable {
		s.log(urn, diag.Info, "configured Kubernetes cluster is unreachable and the `deleteUnreachable` option is "+
			"enabled. Deleting the unreachable resource from Pulumi state")
		return &emptypb.Empty{}, nil
	}
	return nil, errors.New("configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this " +
		"resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment " +
		"variable set to \"true\"")
}
