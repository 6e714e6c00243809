package crds

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var thing = schema.GroupVersionKind{Group: "example.com", Version: "v1", Kind: "Thing"}

func object(spec map[string]any) map[string]any {
	return map[string]any{"apiVersion": "example.com/v1", "kind": "Thing", "metadata": map[string]any{"name": "a"}, "spec": spec}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	definition, err := compiledOf(thing, []string{"testdata"})
	require.NoError(t, err)

	for name, test := range map[string]struct {
		spec map[string]any
		want string // of the error; empty where there must be none
	}{
		"least": {spec: map[string]any{"size": 1}},
		"most": {spec: map[string]any{
			"size": 2.0, "mode": "safe", "amount": "5Gi", "comment": nil, "free": map[string]any{"a": 1},
			"limits": map[string]any{"cpu": map[string]any{"soft": 1}}, "list": []any{map[string]any{"name": "x"}},
			"template": map[string]any{
				"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"labels": map[string]any{}}, "spec": map[string]any{"a": 1},
			},
		}},
		"number for a text or number": {spec: map[string]any{"size": 1, "amount": 3}},

		"missing":                 {map[string]any{}, "size"},
		"fraction":                {map[string]any{"size": 1.5}, "/spec/size"},
		"text for a number":       {map[string]any{"size": "1"}, "/spec/size"},
		"exclusive minimum":       {map[string]any{"size": 0}, "/spec/size"},
		"none of the enumeration": {map[string]any{"size": 1, "mode": "rash"}, "/spec/mode"},
		"pattern":                 {map[string]any{"size": 1, "amount": "5 GB"}, "/spec/amount"},
		"null":                    {map[string]any{"size": 1, "mode": nil}, "/spec/mode"},
		"unknown field":           {map[string]any{"size": 1, "sizes": 2}, "sizes"},
		"field of an empty":       {map[string]any{"size": 1, "nothing": map[string]any{"a": 1}}, "/spec/nothing"},
		"unknown field in a map":  {map[string]any{"size": 1, "limits": map[string]any{"cpu": map[string]any{"hard": 1}}}, "/spec/limits/cpu"},
		"unknown field in a list": {map[string]any{"size": 1, "list": []any{map[string]any{"nam": "x"}}}, "/spec/list/0"},
		"unknown field embedded":  {map[string]any{"size": 1, "template": map[string]any{"sepc": map[string]any{}}}, "/spec/template"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := check(definition, object(test.spec))
			if test.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, test.want)
			}
		})
	}
}

func TestCheckAroundTheSpec(t *testing.T) {
	t.Parallel()
	definition, err := compiledOf(thing, []string{"testdata"})
	require.NoError(t, err)

	o := object(map[string]any{"size": 1})
	o["status"] = map[string]any{}
	assert.ErrorContains(t, check(definition, o), "status", "a field beside the spec")

	o = object(map[string]any{"size": 1})
	o["metadata"] = map[string]any{"name": "a", "lables": map[string]any{}}
	assert.ErrorContains(t, check(definition, o), "lables")
}

func TestFindRefuses(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]schema.GroupVersionKind{
		"a version that is not served": {Group: "example.com", Version: "v1alpha1", Kind: "Thing"},
		"an unknown version":           {Group: "example.com", Version: "v2", Kind: "Thing"},
		"another kind":                 {Group: "example.com", Version: "v1", Kind: "Think"},
		"another group":                {Group: "example.org", Version: "v1", Kind: "Thing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := compiledOf(kind, []string{"testdata"})
			assert.ErrorContains(t, err, "no CustomResourceDefinition serves "+kind.String())
		})
	}
	_, err := compiledOf(thing, []string{"testdata/nowhere"})
	assert.ErrorContains(t, err, "testdata/nowhere")
}

// TestShared reads the largest of the definitions that are used, and finds a mistake as deep as they come.
func TestShared(t *testing.T) {
	t.Parallel()
	cluster := map[string]any{
		"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "metadata": map[string]any{"name": "a"},
		"spec": map[string]any{"instances": 3, "storage": map[string]any{"size": "1Gi"}},
	}
	Validate(t, cluster)
	definition, err := compiledOf(kindOf(cluster), []string{sharedFolder()})
	require.NoError(t, err)
	cluster["spec"].(map[string]any)["storage"].(map[string]any)["sise"] = "1Gi"
	assert.ErrorContains(t, check(definition, cluster), "sise")
}
