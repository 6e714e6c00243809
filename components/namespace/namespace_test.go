package namespace_test

import (
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	k8score "k8s.io/api/core/v1"
	k8snet "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/namespace"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const policyType = "kubernetes:networking.k8s.io/v1:NetworkPolicy"

func TestNew(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, func(ctx *pulumi.Context) error {
			provider := pulumi.Provider(mocks.Kubernetes(t, ctx))
			ns, err := namespace.New(ctx, "apps", &namespace.Args{Name: "team-apps"}, provider)
			if err != nil {
				return err
			}
			_, err = corev1.NewConfigMap(ctx, "later", &corev1.ConfigMapArgs{
				Metadata: metav1.ObjectMetaArgs{Namespace: ns.Name},
			}, provider, pulumi.Parent(ns))
			return err
		})

		assert.Equal(t, []string{
			"kubernetes:core/v1:ConfigMap later",
			"kubernetes:core/v1:Namespace apps",
			policyType + " apps-deny",
			policyType + " apps-dns",
			"plinth:namespace:Namespace apps",
			"pulumi:providers:kubernetes kubernetes",
		}, rec.Names())

		ns := mocks.As[*k8score.Namespace](t, rec.Get(t, "kubernetes:core/v1:Namespace", "apps"))
		assert.Equal(t, "team-apps", ns.Name)
		for _, mode := range []string{"enforce", "audit", "warn"} {
			assert.Equal(t, "restricted", ns.Labels["pod-security.kubernetes.io/"+mode])
			assert.Equal(t, "latest", ns.Labels["pod-security.kubernetes.io/"+mode+"-version"])
		}

		deny := mocks.As[*k8snet.NetworkPolicy](t, rec.Get(t, policyType, "apps-deny"))
		assert.Equal(t, "team-apps", deny.Namespace)
		assert.Equal(t, []k8snet.PolicyType{"Ingress", "Egress"}, deny.Spec.PolicyTypes)
		assert.Empty(t, deny.Spec.PodSelector.MatchLabels, "every pod")
		assert.Empty(t, deny.Spec.Ingress)
		assert.Empty(t, deny.Spec.Egress)

		later := rec.Get(t, "kubernetes:core/v1:ConfigMap", "later")
		assert.Equal(t, map[string]any{"namespace": "team-apps"}, later.Inputs["metadata"], "known in a preview too")
		for _, name := range []string{"apps-deny", "apps-dns"} {
			assert.Contains(t, later.Dependencies, rec.Get(t, policyType, name).URN, "made after the policies")
		}
		assert.Equal(t, "team-apps", rec.Get(t, "plinth:namespace:Namespace", "apps").Outputs["name"])
	})
}

func TestPodSecurity(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, func(ctx *pulumi.Context) error {
		_, err := namespace.New(ctx, "agents", &namespace.Args{Name: "agents", PodSecurity: namespace.Privileged},
			pulumi.Provider(mocks.Kubernetes(t, ctx)))
		return err
	})
	ns := mocks.As[*k8score.Namespace](t, rec.Get(t, "kubernetes:core/v1:Namespace", "agents"))
	for _, mode := range []string{"enforce", "audit", "warn"} {
		assert.Equal(t, "privileged", ns.Labels["pod-security.kubernetes.io/"+mode])
	}
}
