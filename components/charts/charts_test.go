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
	for _, c := range []struct {
		name, mirror         string
		of                   charts.Chart
		chart, repo, address string
	}{
		{
			"own repository", "", charts.ClusterAutoscaler,
			"cluster-autoscaler", "https://kubernetes.github.io/autoscaler", "https://kubernetes.github.io/autoscaler/index.yaml",
		},
		{
			"own registry", "", charts.CertManager,
			"oci://quay.io/jetstack/charts/cert-manager", "", "oci://quay.io/jetstack/charts/cert-manager",
		},
		{
			"https mirror", "https://charts.example.com/mirror/", charts.CertManager,
			"cert-manager", "https://charts.example.com/mirror", "https://charts.example.com/mirror/index.yaml",
		},
		{
			"oci mirror", "oci://registry.example.com/charts", charts.ClusterAutoscaler,
			"oci://registry.example.com/charts/cluster-autoscaler", "", "oci://registry.example.com/charts/cluster-autoscaler",
		},
		{
			"folder", "file:///srv/charts/", charts.ClusterAutoscaler,
			"/srv/charts/cluster-autoscaler-9.59.0.tgz", "", "/srv/charts/cluster-autoscaler-9.59.0.tgz",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			args := c.of.Release(c.mirror)
			assert.Equal(t, pulumi.String(c.chart), args.Chart)
			assert.Equal(t, pulumi.String(c.of.Version), args.Version)
			assert.Equal(t, pulumi.String(c.of.Name), args.Name)
			assert.Equal(t, pulumi.Bool(true), args.Atomic)
			assert.Equal(t, c.address, c.of.Address(c.mirror))
			if c.repo == "" {
				assert.Nil(t, args.RepositoryOpts)
			} else {
				assert.Equal(t, pulumi.String(c.repo), args.RepositoryOpts.(*helm.RepositoryOptsArgs).Repo)
			}
		})
	}
}
