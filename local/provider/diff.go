package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/plinth-iac/plinth/local/provider/await"
)

// Diff compares the new inputs with the last known live object, as far as the program has set it: what
// the server and controllers add is no difference, what others changed of the program's own is. It
// needs no call to the server, so that an update without changes is quick.
func (s *Server) Diff(ctx context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	urn := resource.URN(req.GetUrn())
	if custom, ok := s.custom[string(urn.Type())]; ok {
		resp, err := custom.Diff(ctx, req)
		if err == nil {
			resp.HasDetailedDiff = len(resp.DetailedDiff) > 0
		}
		return resp, err
	}
	olds, err := unmarshal("olds", req.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal("news", req.GetNews())
	if err != nil {
		return nil, fmt.Errorf("diff failed because malformed resource inputs: %w", err)
	}
	old, inputs := parseState(olds), normalize(toObject(news))
	base := s.comparable(old, inputs)

	detailed, err := s.detailedDiff(urn, base, inputs)
	if err != nil {
		return nil, fmt.Errorf("failed to check for changes in resource %q: %w", urn, err)
	}
	if err := ignore(detailed, req.GetIgnoreChanges()); err != nil {
		return nil, err
	}
	resp := &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_NONE, HasDetailedDiff: true, DetailedDiff: detailed,
	}
	if len(detailed) > 0 {
		resp.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	for path, d := range detailed {
		if isReplace(d.Kind) || d.Kind == pulumirpc.PropertyDiff_DELETE && path == "metadata" {
			resp.Replaces = append(resp.Replaces, path)
		}
	}
	if isTrue(inputs, annotationReplaceUnready) && s.unready(urn, old.live, inputs) {
		resp.Changes = pulumirpc.DiffResponse_DIFF_SOME
		resp.Replaces = append(resp.Replaces, `.metadata.annotations["pulumi.com/replaceUnready"]`)
	}
	slices.Sort(resp.Replaces)
	// Two objects cannot have one name. One that the provider named itself gets another, so that the
	// old one can serve until the new one does.
	resp.DeleteBeforeReplace = len(resp.Replaces) > 0 && isNamed(inputs, news) && !isTrue(inputs, annotationAutonamed) &&
		inputs.GetName() == old.live.GetName() && inputs.GetNamespace() == old.live.GetNamespace()
	return resp, nil
}

// comparable returns the live object cut to what the program had set, and puts both sides' namespaces
// into one form.
func (s *Server) comparable(old state, inputs *unstructured.Unstructured) *unstructured.Unstructured {
	base := &unstructured.Unstructured{Object: prune(old.live.Object, normalize(old.inputs).Object)}
	gvk := objectGVK(inputs)
	if s.namespaced(gvk) {
		base.SetNamespace(namespaceOrDefault(base.GetNamespace()))
		inputs.SetNamespace(namespaceOrDefault(inputs.GetNamespace()))
	} else {
		base.SetNamespace("")
		inputs.SetNamespace("")
	}
	if base.GroupVersionKind().Empty() {
		base.SetGroupVersionKind(gvk)
	}
	base.SetResourceVersion("")
	if inputs.GetName() != "" {
		// A generated name that the program now spells out is the same name.
		base.SetName(old.live.GetName())
	}
	return base
}

func (s *Server) detailedDiff(
	urn resource.URN, base, inputs *unstructured.Unstructured,
) (map[string]*pulumirpc.PropertyDiff, error) {
	before, err := json.Marshal(base.Object)
	if err != nil {
		return nil, err
	}
	after, err := json.Marshal(inputs.Object)
	if err != nil {
		return nil, err
	}
	raw, err := jsonpatch.CreateMergePatch(before, after)
	if err != nil {
		return nil, err
	}
	patch := map[string]any{}
	if err := json.Unmarshal(raw, &patch); err != nil {
		return nil, err
	}
	d := differ{immutable: []string{"metadata.name", "metadata.namespace"}, found: map[string]*pulumirpc.PropertyDiff{}}
	if !isPatch(urn, inputs.GetKind()) {
		d.immutable = s.immutableFields(inputs)
	}
	d.maps(nil, patch, base.Object, inputs.Object, base.Object, false)
	return d.found, nil
}

// ignore drops the differences below the paths of ignoreChanges.
func ignore(detailed map[string]*pulumirpc.PropertyDiff, paths []string) error {
	for _, path := range paths {
		ignored, err := resource.ParsePropertyPath(path)
		if err != nil {
			return fmt.Errorf("failed to parse ignore path: %w", err)
		}
		for p := range detailed {
			path, err := resource.ParsePropertyPath(p)
			if err != nil {
				return fmt.Errorf("failed to parse diff path: %w", err)
			}
			if ignored.Contains(path) {
				delete(detailed, p)
			}
		}
	}
	return nil
}

// unready reports whether a Job that asks for it is to be made anew because it has not completed.
func (s *Server) unready(urn resource.URN, live, inputs *unstructured.Unstructured) bool {
	switch {
	case s.unreachable != "":
		s.log(urn, diag.Warning, "Cluster is unreachable, skipping replaceUnready check")
		return false
	case inputs.GetKind() != "Job":
		s.log(urn, diag.Warning, "replaceUnready annotation is not supported for this resource")
		return false
	}
	job, err := s.cluster.get(s.ctx, live)
	return err == nil && !await.JobComplete(job)
}

func isReplace(kind pulumirpc.PropertyDiff_Kind) bool {
	switch kind {
	case pulumirpc.PropertyDiff_ADD_REPLACE, pulumirpc.PropertyDiff_DELETE_REPLACE, pulumirpc.PropertyDiff_UPDATE_REPLACE:
		return true
	}
	return false
}
