package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
)

// Update applies the new inputs, waits until the object works, and in a preview does a dry run.
func (s *Server) Update(ctx context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	urn := resource.URN(req.GetUrn())
	if custom, ok := s.custom[string(urn.Type())]; ok {
		return custom.Update(ctx, req)
	}
	ctx, done := s.context(ctx)
	defer done()
	if !req.GetPreview() {
		if err := s.needCluster(); err != nil {
			return nil, err
		}
	}
	olds, err := unmarshal("olds", req.GetOlds())
	if err != nil {
		return nil, err
	}
	program, err := unmarshal("news", req.GetNews())
	if err != nil {
		return nil, fmt.Errorf("update failed because malformed resource inputs: %w", err)
	}
	old, inputs := parseState(olds), normalize(toObject(program))
	asIs := &pulumirpc.UpdateResponse{Properties: req.GetNews()}
	if req.GetPreview() && (hasUnknown(inputs.Object) || !s.exists(objectGVK(inputs))) {
		return asIs, nil
	}
	manager, err := fieldManager(old.properties, inputs)
	if err != nil {
		return nil, err
	}
	apiVersion := old.initialAPIVersion()
	live, err := s.change(ctx, urn, old, inputs, manager, req.GetIgnoreChanges(), req.GetPreview())
	switch {
	case err == nil:
	case req.GetPreview() && apierrors.IsForbidden(err):
		return asIs, nil
	case meta.IsNoMatchError(err):
		return nil, fmt.Errorf("update of resource %q failed because the Kubernetes API server reported that the "+
			"apiVersion for this resource does not exist. Verify that any required CRDs have been created: %w", urn, err)
	case req.GetPreview():
		return nil, fmt.Errorf("preview of resource %q failed: %w", urn, Hide(err, program))
	}
	if req.GetPreview() {
		out, err := s.marshal("state", newState(inputs, live, program, apiVersion, manager))
		return &pulumirpc.UpdateResponse{Properties: out}, err
	}
	if err == nil {
		live, err = s.wait(ctx, urn, inputs, live, req.GetTimeout())
	} else {
		// Nothing was written, but what is there is to be known, and the next update is to try again.
		var getErr error
		if live, getErr = s.cluster.get(ctx, old.live); getErr != nil {
			return nil, errors.Join(fmt.Errorf("update of resource %q failed: %w", urn, Hide(err, program)),
				fmt.Errorf("unable to get cluster state: %w", getErr))
		}
	}
	state := newState(inputs, live, program, apiVersion, manager)
	if err != nil {
		return nil, s.notReady(objectID(live), fmt.Errorf("the Kubernetes API server reported that %q failed to fully "+
			"initialize or become live: %w", objectID(live), err), state, nil)
	}
	if err := s.dropOldManager(ctx, old, live, manager); err != nil {
		return nil, err
	}
	out, err := s.marshal("state", state)
	return &pulumirpc.UpdateResponse{Properties: out}, err
}

// change writes the inputs to the object. It reads the object first, to take over what was created
// without apply and to leave alone what is to be ignored.
func (s *Server) change(
	ctx context.Context, urn resource.URN, old state, inputs *unstructured.Unstructured, manager string,
	ignored []string, preview bool,
) (*unstructured.Unstructured, error) {
	client, err := s.cluster.clientFor(inputs)
	if err != nil {
		return nil, err
	}
	live, err := client.Get(ctx, old.live.GetName(), metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	if isCRD(inputs) {
		// A whole new definition: an apply would merge the lists of versions and of fields.
		inputs.SetResourceVersion(live.GetResourceVersion())
		defer s.cluster.mapper.Reset()
		return client.Update(ctx, inputs, metav1.UpdateOptions{FieldManager: manager, DryRun: dryRun(preview)})
	}
	if !preview && !isPatch(urn, inputs.GetKind()) {
		if live, err = adopt(ctx, client, live, manager); err != nil {
			return nil, fmt.Errorf("take over the fields of %s: %w", objectID(inputs), err)
		}
	}
	if err := keepIgnored(inputs, live, manager, ignored); err != nil {
		return nil, err
	}
	inputs = inputs.DeepCopy()
	inputs.SetName(live.GetName())
	changed, err := apply(ctx, client, inputs, manager, s.force(inputs, live, preview), preview)
	return changed, conflict(err, manager)
}

// dropOldManager gives up the fields held under the name that the program has just changed.
func (s *Server) dropOldManager(ctx context.Context, old state, live *unstructured.Unstructured, manager string) error {
	before, err := fieldManager(old.properties, old.inputs)
	if err != nil || before == manager {
		return err
	}
	client, err := s.cluster.clientFor(live)
	if err != nil {
		return err
	}
	return relinquish(ctx, client, live, before)
}

// relinquish gives up every field of a manager, by applying nothing. What nobody else owns goes away,
// or back to its default. An apply makes what is not there, so the object is looked up, and named by its UID.
func relinquish(ctx context.Context, client dynamic.ResourceInterface, obj *unstructured.Unstructured, manager string) error {
	live, err := client.Get(ctx, obj.GetName(), metav1.GetOptions{})
	if err != nil {
		return err
	}
	empty := &unstructured.Unstructured{Object: map[string]any{}}
	empty.SetGroupVersionKind(obj.GroupVersionKind())
	empty.SetNamespace(obj.GetNamespace())
	empty.SetName(obj.GetName())
	empty.SetUID(live.GetUID())
	_, err = apply(ctx, client, empty, manager, false, false)
	return err
}
