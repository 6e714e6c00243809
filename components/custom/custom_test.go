package custom_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/plinth-iac/plinth/components/custom"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func TestNew(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, func(ctx *pulumi.Context) error {
			parent := &pulumi.ResourceState{}
			if err := ctx.RegisterComponentResource("test:index:Parent", "parent", parent); err != nil {
				return err
			}
			_, err := custom.New(ctx, "jobs", &custom.Object{
				APIVersion: "keda.sh/v1alpha1", Kind: "ScaledObject", Name: "jobs", Namespace: pulumi.String("apps"),
				Labels: pulumi.StringMap{"tier": pulumi.String("batch")}, Annotations: pulumi.StringMap{"note": pulumi.String("x")},
				Spec: pulumi.Map{"minReplicaCount": pulumi.Int(0)},
			}, pulumi.Parent(parent), pulumi.Provider(mocks.Kubernetes(t, ctx)))
			if err != nil {
				return err
			}
			return ctx.RegisterResourceOutputs(parent, pulumi.Map{})
		})
		assert.Equal(t, map[string]any{
			"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
			"metadata": map[string]any{
				"name": "jobs", "namespace": "apps", "annotations": map[string]any{"note": "x"},
				"labels": map[string]any{
					"tier": "batch", "app.kubernetes.io/part-of": "plinth", "app.kubernetes.io/managed-by": "pulumi",
				},
			},
			"spec": map[string]any{"minReplicaCount": 0.0},
		}, rec.Get(t, "kubernetes:keda.sh/v1alpha1:ScaledObject", "jobs").Inputs)
	})
}
