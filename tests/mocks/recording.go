package mocks

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
)

// Recording is everything that a program registered, less the stack itself.
type Recording struct {
	// Outputs are what the stack exports.
	Outputs map[string]any
	// Logs are what the program said, in order.
	Logs []Log

	options    options
	mu         sync.Mutex
	resources  []*Resource
	duplicates []string
	secrets    []string
}

// Log is one message of a program.
type Log struct {
	// Severity is DEBUG, INFO, WARNING or ERROR.
	Severity string
	// Message as it is shown.
	Message string
	// URN of the resource it is about; empty where it is about none.
	URN string
}

// Resource is one registration.
type Resource struct {
	// Type token, logical name and URN; the parent's URN, which is the stack's where no parent was given.
	Type, Name, URN, Parent string
	// Custom is false for components.
	Custom bool
	// Inputs as registered; see Secret and Unknown.
	Inputs map[string]any
	// Outputs that a component registered; nil where it never did.
	Outputs map[string]any
	// Provider is the URN and id of the explicit provider; empty where there is none.
	Provider string
	// Dependencies are URNs.
	Dependencies []string
	// PropertyDependencies are URNs, by input.
	PropertyDependencies map[string][]string
	// Protect and RetainOnDelete are the resource options, false where not given.
	Protect, RetainOnDelete bool
	// IgnoreChanges and ReplaceOnChanges are property paths.
	IgnoreChanges, ReplaceOnChanges []string
	// DeleteBeforeReplace is the resource option.
	DeleteBeforeReplace bool
	// DeletedWith is a URN; empty where not given.
	DeletedWith string
	// Aliases are earlier URNs, or earlier names where only the name changed.
	Aliases []string
	// AdditionalSecretOutputs are names of outputs.
	AdditionalSecretOutputs []string
	// Timeouts are Go durations; empty where not given.
	Timeouts Timeouts
	// BeforeUpdate and BeforeDelete are names of resource hooks.
	BeforeUpdate, BeforeDelete []string

	inProgram bool
}

// Timeouts are the resource option CustomTimeouts: Go durations ("10m"), empty where not given.
type Timeouts struct {
	// Create is for how long the engine lets a creation wait.
	Create string
	// Update is the same for a change in place.
	Update string
	// Delete is the same for a deletion.
	Delete string
}

// Resources are all registrations, by type and name.
func (r *Recording) Resources() []*Resource {
	sorted := slices.Clone(r.resources)
	slices.SortFunc(sorted, func(a, b *Resource) int {
		return cmp.Or(strings.Compare(a.Type, b.Type), strings.Compare(a.Name, b.Name), strings.Compare(a.URN, b.URN))
	})
	return sorted
}

// ByType are the registrations of one type, by name.
func (r *Recording) ByType(typ string) []*Resource {
	return slices.DeleteFunc(r.Resources(), func(res *Resource) bool { return res.Type != typ })
}

// Names are the registrations as "type name", sorted: what a golden listing shows.
func (r *Recording) Names() []string {
	var names []string
	for _, res := range r.Resources() {
		names = append(names, res.Type+" "+res.Name)
	}
	return names
}

// Get returns one registration. It fails the test, with a list of those there are, where it is absent.
func (r *Recording) Get(t testing.TB, typ, name string) *Resource {
	t.Helper()
	for _, res := range r.resources {
		if res.Type == typ && res.Name == name {
			return res
		}
	}
	require.FailNow(t, "no such resource", "%s %s; there are:\n%s", typ, name, strings.Join(r.Names(), "\n"))
	return nil
}

// Has tells whether there is such a registration.
func (r *Recording) Has(typ, name string) bool {
	return slices.ContainsFunc(r.resources, func(res *Resource) bool { return res.Type == typ && res.Name == name })
}

var strict = serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()

// As decodes a resource's inputs into the Kubernetes type T, secrets revealed and unknown values left out. It fails the
// test where a field does not exist, is there twice or has the wrong type.
func As[T runtime.Object](t testing.TB, res *Resource) T {
	t.Helper()
	object, err := res.decode()
	require.NoError(t, err)
	typed, ok := object.(T)
	require.True(t, ok, "%s is a %T", res.URN, object)
	return typed
}

// decode errors name fields and never show values, which may be secret.
func (res *Resource) decode() (runtime.Object, error) {
	text, err := json.Marshal(open(res.Inputs))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", res.URN, err)
	}
	object, _, err := strict.Decode(text, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("%s is no valid object: %w", res.URN, err)
	}
	return object, nil
}

func newResource(in *pulumirpc.RegisterResourceRequest, urn string, inputs map[string]any) *Resource {
	res := &Resource{
		Type: in.GetType(), Name: in.GetName(), URN: urn, Parent: in.GetParent(), Custom: in.GetCustom(), Inputs: inputs,
		Provider: in.GetProvider(), Dependencies: slices.Sorted(slices.Values(in.GetDependencies())),
		PropertyDependencies: map[string][]string{}, Protect: in.GetProtect(), RetainOnDelete: in.GetRetainOnDelete(),
		IgnoreChanges: in.GetIgnoreChanges(), ReplaceOnChanges: in.GetReplaceOnChanges(),
		DeleteBeforeReplace: in.GetDeleteBeforeReplace(), DeletedWith: in.GetDeletedWith(),
		BeforeUpdate: in.GetHooks().GetBeforeUpdate(), BeforeDelete: in.GetHooks().GetBeforeDelete(),
		AdditionalSecretOutputs: in.GetAdditionalSecretOutputs(), inProgram: calledByProgram(in.GetStackTrace()),
		Timeouts: Timeouts{
			Create: in.GetCustomTimeouts().GetCreate(),
			Update: in.GetCustomTimeouts().GetUpdate(),
			Delete: in.GetCustomTimeouts().GetDelete(),
		},
	}
	for key, dependencies := range in.GetPropertyDependencies() {
		res.PropertyDependencies[key] = slices.Sorted(slices.Values(dependencies.GetUrns()))
	}
	for _, alias := range in.GetAliases() {
		res.Aliases = append(res.Aliases, cmp.Or(alias.GetUrn(), alias.GetSpec().GetName(), alias.GetSpec().GetType()))
	}
	return res
}
