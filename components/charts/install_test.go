package charts_test

import (
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	k8score "k8s.io/api/core/v1"
	k8snet "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/namespace"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	releaseType   = "kubernetes:helm.sh/v3:Release"
	policyType    = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	namespaceType = "kubernetes:core/v1:Namespace"
)

// install is a program that installs KEDA and makes something after it.
func install(t *testing.T, args charts.InstallArgs) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		provider := pulumi.Provider(mocks.Kubernetes(t, ctx))
		args.Chart, args.Namespace = charts.KEDA, "scaling"
		args.Values = pulumi.Map{"crds": pulumi.Map{"install": pulumi.Bool(true)}}
		args.Pods = map[string]network.Rules{"keda-operator": {Open: []int{9443}, To: []network.Peer{network.APIServer()}}}
		made, err := charts.Install(ctx, "keda", &args, provider)
		if err != nil {
			return err
		}
		_, err = corev1.NewConfigMap(ctx, "later", &corev1.ConfigMapArgs{}, provider, pulumi.Parent(made), pulumi.DependsOn(made.Ready))
		return err
	}
}

func TestInstall(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, install(t, charts.InstallArgs{PodSecurity: namespace.Baseline, Timeout: 60, Mirror: "oci://mirror.example"}))

		ns := mocks.As[*k8score.Namespace](t, rec.Get(t, namespaceType, "keda"))
		assert.Equal(t, "scaling", ns.Name)
		assert.Equal(t, "baseline", ns.Labels["pod-security.kubernetes.io/enforce"])

		policy := rec.Get(t, policyType, "keda-keda-operator")
		object := mocks.As[*k8snet.NetworkPolicy](t, policy)
		assert.Equal(t, "scaling", object.Namespace)
		assert.Equal(t, map[string]string{"app.kubernetes.io/name": "keda-operator"}, object.Spec.PodSelector.MatchLabels)
		assert.Len(t, object.Spec.Ingress, 1)
		assert.Len(t, object.Spec.Egress, 1)

		release := rec.Get(t, releaseType, "keda")
		assert.Equal(t, "oci://mirror.example/keda", release.Inputs["chart"])
		assert.Equal(t, "scaling", release.Inputs["namespace"])
		assert.Equal(t, map[string]any{"crds": map[string]any{"install": true}}, release.Inputs["values"])
		assert.Equal(t, 60.0, release.Inputs["timeout"])
		assert.Equal(t, true, release.Inputs["atomic"])
		assert.Contains(t, release.Dependencies, policy.URN, "its pods start once they may connect")
		for _, closing := range []string{"keda-deny", "keda-dns"} {
			assert.Contains(t, release.Dependencies, rec.Get(t, policyType, closing).URN)
		}

		later := rec.Get(t, "kubernetes:core/v1:ConfigMap", "later")
		assert.Contains(t, later.Dependencies, release.URN)
		assert.Contains(t, later.Dependencies, policy.URN, "the controller can finish it for as long as it is there")
	})
}

func TestInstallPresent(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, install(t, charts.InstallArgs{Present: true}))
	assert.Equal(t, []string{
		"kubernetes:core/v1:ConfigMap later", "plinth:charts:Installation keda", "pulumi:providers:kubernetes kubernetes",
	}, rec.Names())
	assert.Equal(t, "scaling", rec.Get(t, "plinth:charts:Installation", "keda").Outputs["namespace"])
}

func TestInstallInNamespaceOfAnother(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, install(t, charts.InstallArgs{In: pulumi.String("shared")}))
	assert.Empty(t, rec.ByType(namespaceType))
	assert.Equal(t, "shared", rec.Get(t, releaseType, "keda").Inputs["namespace"])
	assert.Equal(t, 900.0, rec.Get(t, releaseType, "keda").Inputs["timeout"])
}
