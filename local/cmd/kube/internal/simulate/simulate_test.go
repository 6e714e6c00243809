package simulate

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/kwok/pkg/apis/internalversion"
)

func TestStagesAreRead(t *testing.T) {
	t.Parallel()
	stages, err := readStages(nodeStages, podStages)
	require.NoError(t, err)
	assert.Len(t, stages[internalversion.StageResourceRef{APIGroup: "v1", Kind: "Node"}], 1)
	assert.Len(t, stages[internalversion.StageResourceRef{APIGroup: "v1", Kind: "Pod"}], 7)
}

func TestStagesSelectImagesAsTheCodeDoes(t *testing.T) {
	t.Parallel()
	inJQ := strings.ReplaceAll(unpullableImage.String(), `\`, `\\`)
	assert.Equal(t, strings.Count(podStages, "test("), strings.Count(podStages, `test("`+inJQ+`")`))
}

func TestUnpullable(t *testing.T) {
	t.Parallel()
	for image, want := range map[string]bool{
		"registry.invalid/app:1":      true,
		"a.b.invalid:5000/team/app":   true,
		"registry.example/invalid/x":  false,
		"nginx:1.29":                  false,
		"library/nginx.invalid/x":     false,
		"registry.invalid.example/x":  false,
		"registry.invalid":            false, // a repository of Docker Hub: a host has a slash after it
		"registry.invalid:5000/a@b:c": true,
	} {
		assert.Equal(t, want, unpullable(image), image)
	}
}

func TestPullError(t *testing.T) {
	t.Parallel()
	assert.Contains(t, pullError("registry.invalid/app:1"), `"https://registry.invalid/v2/app/manifests/1": dial tcp: lookup registry.invalid: no such host`)
	assert.Contains(t, pullError("r.invalid:5000/team/app"), `"https://r.invalid:5000/v2/team/app/manifests/latest": dial tcp: lookup r.invalid:`)
	assert.Contains(t, pullError("r.invalid/app:1@sha256:ab"), `/manifests/sha256:ab"`)
}

func TestFreeAddress(t *testing.T) {
	t.Parallel()
	var services []corev1.Service
	given := map[string]bool{}
	for {
		address, ok := freeAddress(services)
		if !ok {
			break
		}
		given[address.String()] = true
		services = append(services, corev1.Service{Status: corev1.ServiceStatus{LoadBalancer: corev1.LoadBalancerStatus{
			Ingress: []corev1.LoadBalancerIngress{{IP: address.String()}},
		}}})
	}
	assert.Len(t, given, 254)
	assert.NotContains(t, given, "192.0.2.0")
	assert.NotContains(t, given, "192.0.2.255")
	services = append(services[:9], services[10:]...)
	address, ok := freeAddress(services)
	assert.True(t, ok)
	assert.Equal(t, "192.0.2.10", address.String())
}
