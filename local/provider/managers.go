package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// predecessors are the managers whose fields a stack takes over when it updates an object: its own
// from the creation, and kubectl's. The prefix of a name counts.
var predecessors = []struct {
	prefix    string
	operation metav1.ManagedFieldsOperationType
}{
	{"kubectl", metav1.ManagedFieldsOperationApply},
	{"kubectl", metav1.ManagedFieldsOperationUpdate},
	{"before-first-apply", metav1.ManagedFieldsOperationUpdate},
	{"pulumi-kubernetes", metav1.ManagedFieldsOperationUpdate},
	{"pulumi-resource-kubernetes", metav1.ManagedFieldsOperationUpdate},
}

// adopt makes the manager the owner of its predecessors' fields, so that an apply can change and
// remove them without a conflict. Controllers write to a young object all the time, so it may take
// several tries.
func adopt(
	ctx context.Context, client dynamic.ResourceInterface, live *unstructured.Unstructured, manager string,
) (*unstructured.Unstructured, error) {
	name := live.GetName()
	err := retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		adopted, err := adoptOnce(ctx, client, live, manager)
		if apierrors.IsConflict(err) {
			if current, err := client.Get(ctx, name, metav1.GetOptions{}); err == nil {
				live = current
			}
			return err
		}
		if err == nil {
			live = adopted
		}
		return err
	})
	return live, err
}

func adoptOnce(
	ctx context.Context, client dynamic.ResourceInterface, live *unstructured.Unstructured, manager string,
) (*unstructured.Unstructured, error) {
	var own *metav1.ManagedFieldsEntry
	var others []metav1.ManagedFieldsEntry
	owned := fieldpath.NewSet()
	adopted := false
	for _, entry := range live.GetManagedFields() {
		mine := entry.Manager == manager && entry.Operation == metav1.ManagedFieldsOperationApply
		inherited := !mine && entry.Subresource == "" && slices.ContainsFunc(predecessors, func(p struct {
			prefix    string
			operation metav1.ManagedFieldsOperationType
		},
		) bool {
			return entry.Operation == p.operation && strings.HasPrefix(entry.Manager, p.prefix)
		})
		if !mine && !inherited {
			others = append(others, entry)
			continue
		}
		set, err := fieldSet(entry)
		if err != nil {
			return nil, err
		}
		owned = owned.Union(set)
		adopted = adopted || inherited
		if own == nil || mine {
			own = entry.DeepCopy()
		}
	}
	if !adopted {
		return live, nil
	}
	raw, err := owned.ToJSON()
	if err != nil {
		return nil, err
	}
	own.Manager, own.Operation, own.FieldsV1 = manager, metav1.ManagedFieldsOperationApply, metav1.NewFieldsV1(string(raw))
	patch, err := json.Marshal([]map[string]any{
		{"op": "replace", "path": "/metadata/managedFields", "value": append(others, *own)},
		// Somebody else's write in between would be lost without it.
		{"op": "replace", "path": "/metadata/resourceVersion", "value": live.GetResourceVersion()},
	})
	if err != nil {
		return nil, err
	}
	return client.Patch(ctx, live.GetName(), types.JSONPatchType, patch, metav1.PatchOptions{})
}

func fieldSet(entry metav1.ManagedFieldsEntry) (*fieldpath.Set, error) {
	set := fieldpath.NewSet()
	if entry.FieldsV1 == nil {
		return set, nil
	}
	if err := set.FromJSON(entry.FieldsV1.GetRawReader()); err != nil {
		return nil, fmt.Errorf("read the fields of manager %q: %w", entry.Manager, err)
	}
	return set, nil
}

// keepIgnored sets the ignored fields of the inputs to what they are on the server, so that an apply
// does not change them, and leaves out those that others alone own, so that it does not claim them.
func keepIgnored(inputs, live *unstructured.Unstructured, manager string, ignored []string) error {
	if len(ignored) == 0 {
		return nil
	}
	ours, theirs := fieldpath.NewSet(), fieldpath.NewSet()
	for _, entry := range live.GetManagedFields() {
		set, err := fieldSet(entry)
		if err != nil {
			return err
		}
		if entry.Manager == manager {
			ours = ours.Union(set)
		} else {
			theirs = theirs.Union(set)
		}
	}
	ours, theirs = withParents(ours), withParents(theirs)
	for _, path := range ignored {
		parsed, err := resource.ParsePropertyPath(path)
		if err != nil {
			return fmt.Errorf("unable to parse ignoreField path %q: %w", path, err)
		}
		names := strings.Split(parsed.String(), ".")
		var elements []any
		for _, name := range names {
			elements = append(elements, name)
		}
		field, err := fieldpath.MakePath(elements...)
		if err != nil {
			return fmt.Errorf("unable to normalize ignoreField path %q: %w", path, err)
		}
		if theirs.Has(field) && !ours.Has(field) {
			unstructured.RemoveNestedField(inputs.Object, names...)
			continue
		}
		value, found, err := unstructured.NestedFieldCopy(live.Object, names...)
		if err != nil {
			return fmt.Errorf("unable to parse field to ignore %q from live object: %w", path, err)
		}
		if !found {
			continue
		}
		if err := unstructured.SetNestedField(inputs.Object, value, names...); err != nil {
			return fmt.Errorf("unable to set field %q to its live value: %w", path, err)
		}
	}
	return nil
}

func withParents(set *fieldpath.Set) *fieldpath.Set {
	all := fieldpath.NewSet()
	set.Iterate(func(p fieldpath.Path) {
		for i := range p {
			all.Insert(slices.Clone(p[:i+1]))
		}
	})
	return all
}

// force decides whether an apply takes fields from their owners: when the program says so; in the
// preview of what a real update adopts first; and from an object that has no owners on record.
func (s *Server) force(inputs, live *unstructured.Unstructured, preview bool) bool {
	if isTrue(inputs, annotationPatchForce) || s.settings.enablePatchForce {
		return true
	}
	if live == nil {
		return preview
	}
	managers := live.GetManagedFields()
	if len(managers) == 0 {
		return true
	}
	return preview && slices.ContainsFunc(managers, func(e metav1.ManagedFieldsEntry) bool {
		return e.Operation == metav1.ManagedFieldsOperationUpdate &&
			slices.Contains([]string{"pulumi-resource-kubernetes", "pulumi-kubernetes", "pulumi-kubernetes.exe"}, e.Manager)
	})
}
