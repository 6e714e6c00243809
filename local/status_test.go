package local

import (
	"testing"

	"github.com/stretchr/testify/assert"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The old pods of a rollout that is stuck are ready, so that counting them alone shows nothing.
func TestARolloutThatIsNotFinishedIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status appsv1.DeploymentStatus
		want   bool
	}{
		"finished":              {appsv1.DeploymentStatus{ObservedGeneration: 2, Replicas: 1, UpdatedReplicas: 1, ReadyReplicas: 1, AvailableReplicas: 1}, false},
		"not begun":             {appsv1.DeploymentStatus{ObservedGeneration: 1, Replicas: 1, UpdatedReplicas: 1, ReadyReplicas: 1, AvailableReplicas: 1}, true},
		"a new pod is missing":  {appsv1.DeploymentStatus{ObservedGeneration: 2, Replicas: 1, ReadyReplicas: 1, AvailableReplicas: 1}, true},
		"an old pod is there":   {appsv1.DeploymentStatus{ObservedGeneration: 2, Replicas: 2, UpdatedReplicas: 1, ReadyReplicas: 1, AvailableReplicas: 1}, true},
		"a new pod is not well": {appsv1.DeploymentStatus{ObservedGeneration: 2, Replicas: 1, UpdatedReplicas: 1}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := workloadOfDeployment(appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Generation: 2}, Status: c.status})
			assert.Equal(t, c.want, w.Rolling)
		})
	}
	for want, newest := range map[bool]string{false: "a", true: "b"} {
		set := appsv1.StatefulSet{Status: appsv1.StatefulSetStatus{CurrentRevision: "a", UpdateRevision: newest}}
		assert.Equal(t, want, workloadOfStatefulSet(set).Rolling)
	}
}
