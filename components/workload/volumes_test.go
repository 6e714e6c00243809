package workload

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func TestVolumesNeverShrink(t *testing.T) {
	t.Parallel()
	of := func(size spec.Quantity) Spec {
		return Spec{Image: "a:1", Volumes: map[string]Volume{"data": {Size: size, Mount: "/data"}}}.Complete(1)
	}
	claim := mocks.Up(t, func(ctx *pulumi.Context) error {
		_, err := New(ctx, "app", &Args{Spec: of("10Gi"), Namespace: pulumi.String("apps")}, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		return err
	}).Get(t, "kubernetes:core/v1:PersistentVolumeClaim", "data-app-0")
	assert.Equal(t, []string{"data-app-0-size"}, claim.BeforeUpdate)

	old := &pulumi.ResourceHookArgs{OldInputs: resource.NewPropertyMapFromMap(claim.Inputs)}
	for size, refused := range map[spec.Quantity]bool{"10Gi": false, "10240Mi": false, "11Gi": false, "9.5Gi": true, "10G": true} {
		err := (&builder{name: "app", spec: of(size)}).refuseSmaller("data")(old)
		if !refused {
			require.NoError(t, err, size)
			continue
		}
		require.ErrorContains(t, err, `plinth:workloads.app.volumes.data.size: found "`+string(size)+`"`)
		assert.ErrorContains(t, err, "write 10Gi or more")
	}
}
