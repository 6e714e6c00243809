package dataservice_test

import (
	"testing"

	corev1args "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// host is the component that a server's resources belong to.
type host struct{ pulumi.ResourceState }

func program(t *testing.T, change func(*dataservice.Args)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		h := &host{}
		if err := ctx.RegisterComponentResource("plinth:test:Host", "host", h, pulumi.Provider(mocks.Kubernetes(t, ctx))); err != nil {
			return err
		}
		args := &dataservice.Args{
			Namespace: pulumi.String("data"), NamespaceName: "data", Version: "1.2.3",
			Container: corev1args.ContainerArgs{
				Name: pulumi.String("db"), Image: pulumi.String("example.com/db:1.2.3"),
				VolumeMounts: corev1args.VolumeMountArray{dataservice.Mount("tmp", "/tmp")},
			},
			User: 999, Port: 1234, MetricsPort: 5678,
			Volumes: corev1args.VolumeArray{dataservice.Scratch("tmp", "1Mi")},
			Storage: "10Gi", DataPath: "/data", GracePeriod: 60,
			Clients: []network.Peer{{Namespace: "apps", App: "web"}},
		}
		change(args)
		if _, err := dataservice.New(ctx, "db", args, pulumi.Parent(h)); err != nil {
			return err
		}
		return ctx.RegisterResourceOutputs(h, pulumi.Map{})
	}
}

func TestServer(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, func(*dataservice.Args) {}))

		set := mocks.As[*appsv1.StatefulSet](t, rec.Get(t, "kubernetes:apps/v1:StatefulSet", "db"))
		assert.EqualValues(t, 1, *set.Spec.Replicas)
		assert.Equal(t, appsv1.ParallelPodManagement, set.Spec.PodManagementPolicy)
		pod := set.Spec.Template.Spec
		assert.EqualValues(t, 999, *pod.SecurityContext.FSGroup)
		assert.False(t, *pod.AutomountServiceAccountToken)
		require.Len(t, pod.Containers, 1)
		assert.True(t, *pod.Containers[0].SecurityContext.ReadOnlyRootFilesystem)
		assert.Equal(t, "/data", pod.Containers[0].VolumeMounts[0].MountPath)
		assert.Equal(t, "db-data", pod.Volumes[0].PersistentVolumeClaim.ClaimName)
		for key, value := range set.Spec.Selector.MatchLabels {
			assert.Equal(t, value, set.Spec.Template.Labels[key], "the selector must match the pods")
		}

		service := mocks.As[*corev1.Service](t, rec.Get(t, "kubernetes:core/v1:Service", "db"))
		assert.Equal(t, set.Spec.Selector.MatchLabels, service.Spec.Selector)
		assert.Equal(t, "db", set.Spec.ServiceName)
		require.Len(t, service.Spec.Ports, 2)
		assert.EqualValues(t, 1234, service.Spec.Ports[0].Port)
		assert.Equal(t, "metrics", service.Spec.Ports[1].Name)

		budget := mocks.As[*policyv1.PodDisruptionBudget](t, rec.Get(t, "kubernetes:policy/v1:PodDisruptionBudget", "db"))
		assert.Nil(t, budget.Spec.MinAvailable, "with one replica it would block every drain")
		assert.Equal(t, 1, budget.Spec.MaxUnavailable.IntValue())
		assert.Equal(t, set.Spec.Selector.MatchLabels, budget.Spec.Selector.MatchLabels)

		claim := mocks.As[*corev1.PersistentVolumeClaim](t, rec.Get(t, "kubernetes:core/v1:PersistentVolumeClaim", "db-data"))
		storage := claim.Spec.Resources.Requests[corev1.ResourceStorage]
		assert.Equal(t, "10Gi", storage.String())
		assert.Equal(t, "true", claim.Annotations["pulumi.com/skipAwait"])
	})
}

func TestNetworkPolicy(t *testing.T) {
	t.Parallel()
	policy := func(t *testing.T, clients []network.Peer) *networkingv1.NetworkPolicy {
		rec := mocks.Up(t, program(t, func(args *dataservice.Args) { args.Clients = clients }))
		return mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "db"))
	}
	t.Run("clients", func(t *testing.T) {
		t.Parallel()
		p := policy(t, []network.Peer{{Namespace: "apps", App: "web"}, {Namespace: "jobs", App: "nightly"}})
		require.Len(t, p.Spec.Ingress, 1)
		assert.Len(t, p.Spec.Ingress[0].From, 2)
		require.Len(t, p.Spec.Ingress[0].Ports, 1)
		assert.Equal(t, 1234, p.Spec.Ingress[0].Ports[0].Port.IntValue())
		assert.Empty(t, p.Spec.Egress)
		assert.ElementsMatch(t, []networkingv1.PolicyType{"Ingress", "Egress"}, p.Spec.PolicyTypes)
	})
	t.Run("nobody", func(t *testing.T) {
		t.Parallel()
		assert.Empty(t, policy(t, nil).Spec.Ingress, "a rule without peers would admit everyone")
	})
}

func TestKeepData(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{false, true} {
		rec := mocks.Up(t, program(t, func(args *dataservice.Args) { args.KeepData = keep }))
		claim := rec.Get(t, "kubernetes:core/v1:PersistentVolumeClaim", "db-data")
		assert.Equal(t, keep, claim.Protect)
		assert.Equal(t, keep, claim.RetainOnDelete)
		assert.False(t, rec.Get(t, "kubernetes:apps/v1:StatefulSet", "db").Protect)
	}
}

func TestPriorityClass(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, func(args *dataservice.Args) { args.PriorityClass = "plinth-high" }))
	set := mocks.As[*appsv1.StatefulSet](t, rec.Get(t, "kubernetes:apps/v1:StatefulSet", "db"))
	assert.Equal(t, "plinth-high", set.Spec.Template.Spec.PriorityClassName)
}

func TestNamespaceNameIsNeeded(t *testing.T) {
	t.Parallel()
	err := mocks.Fail(t, program(t, func(args *dataservice.Args) { args.NamespaceName = "" }))
	assert.ErrorContains(t, err, "the data service db has no NamespaceName")
}
