package tests

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/tests/golden"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// A change of the infrastructure shows in review: what each stack file makes of each cloud is listed in testdata/golden. After a change
// that is meant, UPDATE_GOLDEN=1 go test ./tests -run Golden.
func TestGoldenListings(t *testing.T) {
	t.Parallel()
	for _, stack := range environments {
		for cloud := range clouds {
			t.Run(stack+"-on-"+cloud, func(t *testing.T) {
				t.Parallel()
				checkListing(t, cloud+"-"+stack, mocks.Up(t, stacks.Platform, onCloud(t, stack, cloud)...))
			})
		}
	}
}

func checkListing(t *testing.T, name string, r *mocks.Recording) {
	t.Helper()
	golden.Check(t, filepath.Join("testdata", "golden", name+".txt"), listing(r))
}

// listing shows all that was registered, one paragraph each: type and name, parent, options, what it waits for, inputs.
func listing(r *mocks.Recording) string {
	waits := waiting(r)
	var text strings.Builder
	for _, res := range r.Resources() {
		fmt.Fprintf(&text, "%s %s\n  in %s\n", res.Type, res.Name, label(res.Parent))
		if options := optionsOf(res); len(options) > 0 {
			fmt.Fprintf(&text, "  with %s\n", strings.Join(options, ", "))
		}
		for _, dependency := range waits[res.URN] {
			fmt.Fprintf(&text, "  after %s\n", label(dependency))
		}
		for _, line := range inputsOf(res) {
			fmt.Fprintf(&text, "  %s\n", line)
		}
		text.WriteString("\n")
	}
	return text.String()
}

func optionsOf(res *mocks.Resource) []string {
	var options []string
	for name, set := range map[string]bool{
		"protect": res.Protect, "retainOnDelete": res.RetainOnDelete, "deleteBeforeReplace": res.DeleteBeforeReplace,
		"deletedWith " + label(res.DeletedWith): res.DeletedWith != "",
	} {
		if set {
			options = append(options, name)
		}
	}
	if len(res.IgnoreChanges) > 0 {
		options = append(options, "ignoreChanges "+strings.Join(res.IgnoreChanges, " "))
	}
	if len(res.BeforeDelete)+len(res.BeforeUpdate) > 0 {
		options = append(options, "hooks "+strings.Join(append(res.BeforeDelete, res.BeforeUpdate...), " "))
	}
	slices.Sort(options)
	return options
}

// inputsOf lists inputs by path. Of an object in the cluster only what it is called: TestInClusterLayerIsTheSameEverywhere and the
// components' own tests hold the rest.
func inputsOf(res *mocks.Resource) []string {
	if !res.Custom {
		return nil
	}
	var lines []string
	inObject := strings.HasPrefix(res.Type, "kubernetes:")
	flatten("", res.Inputs, func(path string, value any) {
		if !inObject || slices.Contains([]string{"metadata.name", "metadata.namespace", "chart", "version", "namespace"}, path) {
			lines = append(lines, fmt.Sprintf("%s: %v", path, value))
		}
	})
	return lines
}

func flatten(path string, value any, visit func(path string, value any)) {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			flatten(strings.TrimPrefix(path+"."+key, "."), value[key], visit)
		}
	case []any:
		for i, element := range value {
			flatten(fmt.Sprintf("%s[%d]", path, i), element, visit)
		}
	case string:
		var structure any
		if json.Unmarshal([]byte(value), &structure) == nil && strings.HasPrefix(value, "{") {
			flatten(path, structure, visit)
			return
		}
		visit(path, fmt.Sprintf("%q", value))
	default:
		visit(path, value)
	}
}

// waiting are the URNs that each resource waits for, without those that another one of them waits for already.
func waiting(r *mocks.Recording) map[string][]string {
	direct := map[string][]string{}
	for _, res := range r.Resources() {
		direct[res.URN] = res.Direct()
	}
	reached := map[string]map[string]bool{}
	var reach func(of string) map[string]bool
	reach = func(of string) map[string]bool {
		if known, ok := reached[of]; ok {
			return known
		}
		all := map[string]bool{}
		reached[of] = all
		for _, next := range direct[of] {
			all[next] = true
			maps.Copy(all, reach(next))
		}
		return all
	}
	least := map[string][]string{}
	for urn, all := range direct {
		for _, candidate := range all {
			implied := slices.ContainsFunc(all, func(other string) bool { return other != candidate && reach(other)[candidate] })
			if !implied {
				least[urn] = append(least[urn], candidate)
			}
		}
		slices.Sort(least[urn])
		least[urn] = slices.Compact(least[urn])
	}
	return least
}

// Listings of one stack file are the same every time, so that a diff is a change.
func TestGoldenListingsAreStable(t *testing.T) {
	t.Parallel()
	first := listing(mocks.Up(t, stacks.Platform, onCloud(t, "prod", "aws")...))
	assert.Equal(t, first, listing(mocks.Up(t, stacks.Platform, onCloud(t, "prod", "aws")...)))
}
