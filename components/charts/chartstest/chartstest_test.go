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
	}))
	assert.Equal(t, []string{".image.tga", ".replica"}, unknown("", chart, map[string]any{
		"image": map[string]any{"tga": "v1"}, "replica": 2,
	}))
}
