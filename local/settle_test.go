package local

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

// The summary of an up that did not wait said that pods were missing which were only being made, and of pods that were only just
// ready that the rollout was not finished.
func TestAutoscaledWorkloadsAreWaitedForUntilTheyAreAvailable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind                      string
		desired, available, below int
	}{
		{"Deployment", 1, 1, 1},
		{"Deployment", 3, 1, 1},
		{"Deployment", 3, 3, 0},
		{"StatefulSet", 3, 2, 1},
		{"StatefulSet", 4, 4, 0},
	} {
		meta := metav1.ObjectMeta{Namespace: "apps", Name: "api"}
		client := fake.NewClientset(
			&appsv1.Deployment{ObjectMeta: meta, Status: appsv1.DeploymentStatus{ReadyReplicas: 4, AvailableReplicas: int32(c.available)}},
			&appsv1.StatefulSet{ObjectMeta: meta, Status: appsv1.StatefulSetStatus{ReadyReplicas: 4, AvailableReplicas: int32(c.available)}},
			&autoscalingv2.HorizontalPodAutoscaler{
				ObjectMeta: meta,
				Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
					MinReplicas: new(int32(3)), ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{Kind: c.kind, Name: "api"},
				},
				Status: autoscalingv2.HorizontalPodAutoscalerStatus{DesiredReplicas: int32(c.desired)},
			})
		below, err := belowMinimum(t.Context(), client)
		require.NoError(t, err)
		assert.Equal(t, c.below, below, "%+v", c)
	}
}
