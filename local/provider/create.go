package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apiserver/pkg/storage/names"
	"k8s.io/client-go/dynamic"

	"github.com/plinth-iac/plinth/local/provider/await"
)

// creator is the manager of a created object. It has one name for all stacks: the first update hands
// the fields over to the stack's own manager, which only apply has.
const creator = "pulumi-kubernetes"

// Create writes a new object and waits until it works. Its preview is a dry run on the server, where
// that is possible: not before the inputs, the type and the namespace are there.
func (s *Server) Create(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	urn := resource.URN(req.GetUrn())
	if custom, ok := s.custom[string(urn.Type())]; ok {
		return custom.Create(ctx, req)
	}
	ctx, done := s.context(ctx)
	defer done()
	if !req.GetPreview() {
		if err := s.needCluster(); err != nil {
			return nil, err
		}
	}
	program, err := unmarshal("properties", req.GetProperties())
	if err != nil {
		return nil, fmt.Errorf("create failed because malformed resource inputs: %w", err)
	}
	inputs := toObject(program)
	asIs := &pulumirpc.CreateResponse{Properties: req.GetProperties()}
	if req.GetPreview() && (hasUnknown(inputs.Object) || !s.exists(objectGVK(inputs)) || isPatch(urn, inputs.GetKind())) {
		return asIs, nil
	}
	manager, err := fieldManager(program, inputs)
	if err != nil {
		return nil, err
	}
	live, err := s.write(ctx, urn, inputs, manager, req.GetPreview())
	switch {
	case err == nil:
	case req.GetPreview() && (apierrors.IsForbidden(err) || apierrors.IsAlreadyExists(err) || namespaceMissing(err) || noDryRun(err)):
		return asIs, nil
	case meta.IsNoMatchError(err):
		return nil, fmt.Errorf("creation of resource %q with kind %s failed because the Kubernetes API server reported "+
			"that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: %w",
			urn, typeName(objectGVK(inputs)), err)
	default:
		return nil, fmt.Errorf("resource %q was not successfully created by the Kubernetes API server: %w", urn, Hide(err, program))
	}
	if req.GetPreview() {
		// A status is not known before the object is there.
		unstructured.RemoveNestedField(live.Object, "status")
		out, err := s.marshal("state", newState(inputs, live, program, inputs.GetAPIVersion(), manager))
		return &pulumirpc.CreateResponse{Properties: out}, err
	}
	if isCRD(inputs) {
		s.cluster.mapper.Reset()
	}
	live, waitErr := s.wait(ctx, urn, inputs, live, req.GetTimeout())
	state := newState(inputs, live, program, inputs.GetAPIVersion(), manager)
	if waitErr != nil {
		return nil, s.notReady(objectID(live), fmt.Errorf("resource %q was successfully created, but the Kubernetes "+
			"API server reported that it failed to fully initialize or become live: %w", urn, waitErr), state, nil)
	}
	if isCRD(inputs) {
		s.cluster.mapper.Reset()
	}
	out, err := s.marshal("state", state)
	return &pulumirpc.CreateResponse{Id: objectID(live), Properties: out}, err
}

// write creates the object. It retries while the namespace or the type is not there: another resource
// of the same update may be about to bring it.
func (s *Server) write(
	ctx context.Context, urn resource.URN, inputs *unstructured.Unstructured, manager string, preview bool,
) (*unstructured.Unstructured, error) {
	const retries = 5
	wait := time.Second
	for try := 0; ; try++ {
		live, err := s.writeOnce(ctx, urn, inputs, manager, preview)
		switch {
		case err == nil:
			s.status(urn, diag.Info, "")
			return live, nil
		case apierrors.IsAlreadyExists(err):
			return nil, fmt.Errorf("%w\n\nThe resource already exists in the cluster. When it was renamed in the program, "+
				"give it an alias; to manage some of its fields, use its Patch resource; to take it over, import it, "+
				"or set upsertExistingObjects on the provider", err)
		case try == retries, preview && namespaceMissing(err), !apierrors.IsNotFound(err) && !meta.IsNoMatchError(err):
			return nil, err
		case meta.IsNoMatchError(err) && s.removed(objectGVK(inputs)) != nil:
			return nil, s.removed(objectGVK(inputs))
		}
		s.status(urn, diag.Info, fmt.Sprintf("Retry #%d; creation failed: %v", try, err))
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
		wait *= 2
	}
}

func (s *Server) writeOnce(
	ctx context.Context, urn resource.URN, inputs *unstructured.Unstructured, manager string, preview bool,
) (*unstructured.Unstructured, error) {
	client, err := s.cluster.clientFor(inputs)
	if err != nil {
		return nil, err
	}
	if !s.settings.upsertExistingObjects && !isPatch(urn, inputs.GetKind()) {
		return client.Create(ctx, inputs, metav1.CreateOptions{FieldManager: creator, DryRun: dryRun(preview)})
	}
	force := s.force(inputs, nil, preview)
	live, err := apply(ctx, client, inputs, manager, force, preview)
	if preview && apierrors.IsInvalid(err) && strings.Contains(err.Error(), apivalidation.FieldImmutableErrorMsg) {
		// It is to replace the object of this name, which the server cannot know.
		inputs.SetName(names.SimpleNameGenerator.GenerateName(inputs.GetName()))
		live, err = apply(ctx, client, inputs, manager, force, preview)
	}
	return live, conflict(err, manager)
}

// apply sends the object as a server-side apply patch. Without force it fails where others own a field.
func apply(
	ctx context.Context, client dynamic.ResourceInterface, obj *unstructured.Unstructured, manager string, force, preview bool,
) (*unstructured.Unstructured, error) {
	raw, err := obj.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return client.Patch(ctx, obj.GetName(), types.ApplyPatchType, raw, metav1.PatchOptions{
		FieldManager: manager, Force: &force, DryRun: dryRun(preview),
	})
}

func dryRun(preview bool) []string {
	if preview {
		return []string{metav1.DryRunAll}
	}
	return nil
}

// noDryRun reports whether the server, or a webhook in the way, cannot do a dry run.
func noDryRun(err error) bool {
	return apierrors.IsBadRequest(err) && strings.Contains(err.Error(), "does not support dry run")
}

// wait returns the object once it works. It is the last known one when it does not.
func (s *Server) wait(
	ctx context.Context, urn resource.URN, inputs, live *unstructured.Unstructured, seconds float64,
) (*unstructured.Unstructured, error) {
	client, err := s.cluster.clientFor(live)
	if err != nil {
		return live, err
	}
	waiter := await.Waiter{Client: client, Objects: s.cluster.objects, Report: s.reporter(urn)}
	ready, err := waiter.Ready(ctx, inputs, live, await.Timeout(seconds, inputs))
	var failed *await.Error
	switch {
	case errors.As(err, &failed):
		return failed.Object, err
	case err != nil:
		return live, err
	}
	s.status(urn, diag.Info, "")
	return ready, nil
}
