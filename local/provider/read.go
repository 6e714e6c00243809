package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/plinth-iac/plinth/local/provider/await"
)

// Read returns the live object: for a refresh, an import and a get. An empty answer means it is gone.
func (s *Server) Read(ctx context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	urn := resource.URN(req.GetUrn())
	ctx, done := s.context(ctx)
	defer done()
	if s.unreachable != "" {
		return s.readUnreachable(urn, req)
	}
	if custom, ok := s.custom[string(urn.Type())]; ok {
		return custom.Read(ctx, req)
	}
	properties, err := unmarshal("state", req.GetProperties())
	if err != nil {
		return nil, err
	}
	program, err := unmarshal("inputs", req.GetInputs())
	if err != nil {
		return nil, err
	}
	namespace, name := parseID(req.GetId())
	if name == "" {
		return nil, fmt.Errorf("failed to read resource because of a failure to parse resource name from request ID: %s",
			req.GetId())
	}
	inputs, old := normalize(toObject(program)), parseState(properties)
	// Without inputs this is an import or a get: the object itself says what they are.
	imported := inputs.GroupVersionKind().Empty() && old.live.GroupVersionKind().Empty()
	if inputs.GroupVersionKind().Empty() {
		gvk := old.live.GroupVersionKind()
		if imported {
			if gvk, err = typeGVK(urn); err != nil {
				return nil, err
			}
		}
		inputs.SetGroupVersionKind(gvk)
		if inputs.GetName() == "" {
			inputs.SetName(name)
		}
		if inputs.GetNamespace() == "" {
			inputs.SetNamespace(namespace)
		}
	}
	manager, err := fieldManager(properties, inputs)
	if err != nil {
		return nil, err
	}
	live, err := s.readLive(ctx, inputs, name)
	if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
		return &pulumirpc.ReadResponse{}, nil
	}
	if err != nil {
		return nil, err
	}
	apiVersion := inputs.GetAPIVersion()
	if v, ok := properties[apiVersionKey]; ok && v.IsString() {
		apiVersion = v.StringValue()
	}
	liveInputs := &unstructured.Unstructured{Object: prune(live.Object, inputs.Object)}
	if imported {
		importInputs(liveInputs, live)
	}
	state := newState(liveInputs, live, program, apiVersion, manager)
	in := resource.NewPropertyMapFromMap(liveInputs.Object)
	markSecrets(in, program)
	id := req.GetId()
	if !imported {
		if err := s.checkReady(ctx, urn, inputs, live); err != nil {
			return nil, s.notReady(id, err, state, in)
		}
	}
	resp := &pulumirpc.ReadResponse{Id: id}
	if resp.Properties, err = s.marshal("state", state); err != nil {
		return nil, err
	}
	resp.Inputs, err = s.marshal("inputs", in)
	return resp, err
}

func (s *Server) readLive(ctx context.Context, inputs *unstructured.Unstructured, name string) (*unstructured.Unstructured, error) {
	client, err := s.cluster.clientFor(inputs)
	if err != nil {
		return nil, err
	}
	return client.Get(ctx, name, metav1.GetOptions{})
}

func (s *Server) checkReady(ctx context.Context, urn resource.URN, inputs, live *unstructured.Unstructured) error {
	client, err := s.cluster.clientFor(live)
	if err != nil {
		return err
	}
	waiter := await.Waiter{Client: client, Objects: s.cluster.objects, Report: s.reporter(urn)}
	return waiter.Check(ctx, inputs, live)
}

// importInputs fills in what a program that made the object would have said: its fields, without the
// ones that only the server sets. What a custom resource's inputs are only its author knows.
func importInputs(inputs, live *unstructured.Unstructured) {
	if !isBuiltIn(live.GroupVersionKind().GroupVersion()) {
		return
	}
	fields := maps.Clone(live.Object)
	delete(fields, "status")
	inputs.Object = (&unstructured.Unstructured{Object: fields}).DeepCopy().Object
	for _, field := range []string{"creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"} {
		unstructured.RemoveNestedField(inputs.Object, "metadata", field)
	}
	for _, annotation := range []string{"deployment.kubernetes.io/revision", annotationLastApplied} {
		unstructured.RemoveNestedField(inputs.Object, "metadata", "annotations", annotation)
	}
}

func (s *Server) readUnreachable(urn resource.URN, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	s.log(urn, diag.Warning, "configured Kubernetes cluster is unreachable: %s", s.unreachable)
	switch {
	case s.settings.deleteUnreachable:
		s.log(urn, diag.Info, "configured Kubernetes cluster is unreachable and the `deleteUnreachable` option is "+
			"enabled. Deleting the unreachable resource from Pulumi state")
		return &pulumirpc.ReadResponse{}, nil
	case s.settings.skipUpdateUnreachable:
		s.log(urn, diag.Info, "configured Kubernetes cluster is unreachable and the `skipUnreachable` option is enabled. "+
			"Returned data could not reflect the actual cluster configuration.")
		return &pulumirpc.ReadResponse{Id: req.GetId(), Properties: req.GetProperties(), Inputs: req.GetInputs()}, nil
	}
	return nil, errors.New("failed to read resource state due to unreachable cluster. If the cluster was deleted, you can " +
		"remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE " +
		"environment variable set to \"true\"")
}
