package workload

import (
	"github.com/distribution/reference"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"k8s.io/apimachinery/pkg/util/validation"
)

// selector never changes in a workload's life: selectors are immutable.
func (b *builder) selector() pulumi.StringMap {
	return pulumi.StringMap{
		"app.kubernetes.io/name":     pulumi.String(b.name),
		"app.kubernetes.io/instance": pulumi.String(b.name),
	}
}

// labels are the recommended ones.
func (b *builder) labels() pulumi.StringMap {
	labels := b.selector()
	labels["app.kubernetes.io/component"] = pulumi.String(b.spec.Kind)
	labels["app.kubernetes.io/part-of"] = pulumi.String("plinth")
	labels["app.kubernetes.io/managed-by"] = pulumi.String("pulumi")
	if version := imageVersion(b.spec.Image); version != "" {
		labels["app.kubernetes.io/version"] = pulumi.String(version)
	}
	return labels
}

// imageVersion is the image's tag, or the start of its digest; "" where neither is a valid label.
func imageVersion(image string) string {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return ""
	}
	version := ""
	if digested, ok := named.(reference.Digested); ok {
		version = digested.Digest().Encoded()[:12]
	}
	if tagged, ok := named.(reference.Tagged); ok {
		version = tagged.Tag()
	}
	if len(validation.IsValidLabelValue(version)) > 0 {
		return ""
	}
	return version
}
