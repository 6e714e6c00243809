package mocks

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// At is the input at a path; see At.
func (res *Resource) At(path string) any { return At(res.Inputs, path) }

// At is what stands at a path of v, such as spec.rules.0.host, where a number is a place in a list: nil where nothing does, and Unknown
// below what is unknown.
func At(v any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[key]
		case []any:
			place, err := strconv.Atoi(key)
			if err != nil || place >= len(in) {
				return nil
			}
			v = in[place]
		case unknown:
			return in
		default:
			return nil
		}
	}
	return v
}

// One is the object in a list of one. It fails the test where v is anything else.
func One(t testing.TB, v any) map[string]any {
	t.Helper()
	list, ok := v.([]any)
	require.True(t, ok && len(list) == 1, "found %v, and not a list of one", v)
	object, ok := list[0].(map[string]any)
	require.True(t, ok, "found %v, and no object", list[0])
	return object
}
