package simulate

import (
	"fmt"
	"regexp"
	"strings"
)

// The stages select by the same expression (a test holds them to it).
var unpullableImage = regexp.MustCompile(`^[^/]+\.invalid(:[0-9]+)?/`)

func unpullable(image string) bool { return unpullableImage.MatchString(image) }

// pullError is what containerd says, through the kubelet, of a registry whose name does not resolve.
func pullError(image string) string {
	registry, repository, _ := strings.Cut(image, "/")
	reference := "latest"
	if name, digest, ok := strings.Cut(repository, "@"); ok {
		repository, reference = name, digest
	} else if i := strings.LastIndex(repository, ":"); i >= 0 {
		repository, reference = repository[:i], repository[i+1:]
	}
	host, _, _ := strings.Cut(registry, ":")
	return fmt.Sprintf("failed to pull and unpack image %q: failed to resolve reference %q: failed to do request: "+
		`Head "https://%s/v2/%s/manifests/%s": dial tcp: lookup %s: no such host`, image, image, registry, repository, reference, host)
}
