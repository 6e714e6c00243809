package charts_test

import (
	"testing"

	helm "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/plinth-iac/plinth/components/charts"
)

func TestRelease(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, mirror, chart, repo string }{
		{"own repository", "", "cluster-autoscaler", "https://kubernetes.github.io/autoscaler"},
		{"https mirror", "https://charts.example.com/mirror/", "cluster-autoscaler", "https://charts.example.com/mirror"},
		{"oci mirror", "oci://registry.example.com/charts", "oci://registry.example.com/charts/cluster-autoscaler", ""},
		{"folder", "file:///srv/charts/", "/srv/charts/cluster-autoscaler-9.59.0.tgz", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			args := charts.ClusterAutoscaler.Release(c.mirror)
			assert.Equal(t, pulumi.String(c.chart), args.Chart)
			assert.Equal(t, pulumi.String("9.59.0"), args.Version)
			assert.Equal(t, pulumi.Bool(true), args.Atomic)
			if c.repo == "" {
				assert.Nil(t, args.RepositoryOpts)
			} else {
				assert.Equal(t, pulumi.String(c.repo), args.RepositoryOpts.(*helm.RepositoryOptsArgs).Repo)
			}
		})
	}
}
