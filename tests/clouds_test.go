package tests

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/cluster/aks/akstest"
	"github.com/plinth-iac/plinth/components/cluster/eks/ekstest"
	"github.com/plinth-iac/plinth/components/cluster/gke/gketest"
	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// clouds play each cloud in mocks, beside the existing cluster.
var clouds = map[string]func() []mocks.Option{"aws": ekstest.Outputs, "gcp": gketest.Outputs, "azure": akstest.Outputs}

// onCloud is a stack file of the repository on a cloud. Those of stage and prod need their cloud changed, and nothing else; dev's is
// for a laptop, and is told where to go and who may enter.
func onCloud(t testing.TB, stack, cloud string) []mocks.Option {
	t.Helper()
	values := readStackFile(t, stack)
	values["plinth:cloud"] = cloud
	if stack == "dev" {
		values["plinth:region"] = "eu-central-1"
		admins := readStackFile(t, "prod")["plinth:cluster"].(map[string]any)["admins"]
		values["plinth:cluster"].(map[string]any)["admins"] = admins
	}
	return append(clouds[cloud](), asConfig(t, values), mocks.WithStack(stack))
}

// eachCloud runs the platform for every stack file on every cloud, in up and in preview, where all that a cloud tells is unknown.
func eachCloud(t *testing.T, test func(t *testing.T, stack, cloud string, r *mocks.Recording)) {
	t.Helper()
	for _, stack := range environments {
		for cloud := range clouds {
			t.Run(stack+"-on-"+cloud, func(t *testing.T) {
				t.Parallel()
				mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
					test(t, stack, cloud, run(t, stacks.Platform, onCloud(t, stack, cloud)...))
				})
			})
		}
	}
}

// A preview shows all that up will make, though nothing of the cloud is known yet.
func TestCloudsPreviewEverything(t *testing.T) {
	t.Parallel()
	for _, stack := range environments {
		for cloud := range clouds {
			t.Run(stack+"-on-"+cloud, func(t *testing.T) {
				t.Parallel()
				preview := mocks.Preview(t, stacks.Platform, onCloud(t, stack, cloud)...)
				up := mocks.Up(t, stacks.Platform, onCloud(t, stack, cloud)...)
				assert.Equal(t, up.Names(), preview.Names())
			})
		}
	}
}

func TestCloudsExportHowToReachThem(t *testing.T) {
	t.Parallel()
	eachCloud(t, func(t *testing.T, stack, cloud string, r *mocks.Recording) {
		assert.Contains(t, r.Outputs, "registry")
		_, secret := r.Outputs["kubeconfig"].(mocks.Secret)
		assert.True(t, secret, "the kubeconfig is no secret")
	})
}

func TestCloudsAreProtectedInProdUntilTheFileSaysOtherwise(t *testing.T) {
	t.Parallel()
	main := map[string]string{"aws": "aws:eks/cluster:Cluster", "gcp": "gcp:container/cluster:Cluster", "azure": "azure-native:containerservice/v20240901:ManagedCluster"}
	eachCloud(t, func(t *testing.T, stack, cloud string, r *mocks.Recording) {
		clusters := r.ByType(main[cloud])
		require.Len(t, clusters, 1)
		assert.Equal(t, stack == "prod", clusters[0].Protect)
	})
	for cloud := range clouds {
		r := mocks.Up(t, stacks.Platform, append(onCloud(t, "prod", cloud), mocks.WithConfig(map[string]string{"plinth:destroy": "allow"}))...)
		for _, resource := range r.Resources() {
			inCluster := strings.HasPrefix(resource.Type, "kubernetes:") // which goes with the cluster
			assert.False(t, resource.Protect || resource.RetainOnDelete && !inCluster, "%s would outlive a destroy", resource.URN)
			assert.NotEqual(t, true, resource.Inputs["deletionProtection"], "%s would refuse to go", resource.URN)
		}
	}
}

// The stack's cloud is fully said before anything is registered.
func TestCloudsRefuseBeforeAnythingIsRegistered(t *testing.T) {
	t.Parallel()
	err := mocks.Fail(t, stacks.Platform, append(onCloud(t, "prod", "gcp"), mocks.WithConfig(map[string]string{"plinth:region": "us-west-9"}))...)
	assert.ErrorContains(t, err, "plinth:region")
	assert.ErrorContains(t, err, "did you mean us-west")
}
