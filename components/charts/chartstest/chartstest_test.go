package chartstest

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestUnknown(t *testing.T) {
	t.Parallel()
	chart := map[string]any{
		"image": map[string]any{"tag": ""}, "resources": map[string]any{}, "name": nil, "replicas": 1,
	}
	assert.Empty(t, unknown("", chart, map[string]any{
		"image": map[string]any{"tag": "v1"}, "resources": map[string]any{"requests": map[string]any{"cpu": "1"}}, "name": "a", "replicas": 2,
	}, node{}))
	assert.Equal(t, []string{".image.tga", ".replica"}, unknown("", chart, map[string]any{
		"image": map[string]any{"tga": "v1"}, "replica": 2,
	}, node{}))
}

// failing notes that a check failed, and passes nothing on.
type failing struct {
	testing.TB
	failed bool
}

func (f *failing) Helper()               {}
func (f *failing) Errorf(string, ...any) { f.failed = true }

func TestCheckValues(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		chart  string
		values map[string]any
		good   bool
	}{
		"good":                      {"cert-manager", map[string]any{"crds": map[string]any{"enabled": true}}, true},
		"a type the schema refuses": {"cert-manager", map[string]any{"crds": map[string]any{"enabled": "yes"}}, false},
		"a key only in the schema":  {"cert-manager", map[string]any{"podDisruptionBudget": map[string]any{"maxUnavailable": 1}}, true},
		"what Kubernetes knows":     {"eck-operator", map[string]any{"podSecurityContext": map[string]any{"runAsUser": 1}}, true},
		"what it does not know":     {"eck-operator", map[string]any{"podSecurityContext": map[string]any{"runAsUsr": 1}}, false},
		"a key of a template":       {"gateway-helm", map[string]any{"hpa": map[string]any{"enabled": true}}, true},
		"no key of a template":      {"gateway-helm", map[string]any{"hpa": map[string]any{"enable": true}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &failing{TB: t}
			CheckValues(f, c.chart, c.values)
			assert.Equal(t, c.good, !f.failed)
		})
	}
}

func TestOverlaid(t *testing.T) {
	t.Parallel()
	assert.Equal(t, map[string]any{"a": map[string]any{"b": 2, "c": 1}, "d": "given", "e": "own"}, overlaid(
		map[string]any{"a": map[string]any{"b": 1, "c": 1}, "d": map[string]any{"x": 1}, "e": "own", "f": nil},
		map[string]any{"a": map[string]any{"b": 2}, "d": "given"},
	))
}
