package helm

import (
	"maps"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	helmrelease "helm.sh/helm/v3/pkg/release"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// Two ways in which charts bring definitions: the crds folder, and a template that asks to be kept.
var (
	welcomes     = strings.ReplaceAll(strings.ReplaceAll(crd, "greeting", "welcome"), "Greeting", "Welcome")
	keptTemplate = strings.Replace(welcomes, "metadata: {", `metadata: {annotations: {"helm.sh/resource-policy": keep}, `, 1)
)

// TestLiveRepository takes one release through its life with charts from a repository, as the platform's own are installed.
func TestLiveRepository(t *testing.T) {
	t.Parallel()
	b, client, ns := newLiveBench(t)
	version := func(version, cpu string) string {
		content := maps.Clone(webserver)
		content["values.yaml"] = "greeting: from " + version + "\ncpu: '" + cpu + "'\n"
		content["crds/greetings.yaml"] = strings.ReplaceAll(crd, "plinth.test", "repository.test")
		content["templates/welcomes.yaml"] = strings.ReplaceAll(keptTemplate, "plinth.test", "repository.test")
		return writeChart(t, "operator", version, "", content)
	}
	repository := serveCharts(t, "", version("1.0.0", "10m"), version("1.1.0", "10m"), version("1.2.0", "1000"), version("1.3.0", "10m"))
	var inputs, state resource.PropertyMap
	up := func(version string, timeout int) error {
		news := b.check(t, inputs, props{
			"chart": "operator", "name": "operator", "version": version, "atomic": true, "maxHistory": 5, "timeout": timeout,
			"repositoryOpts": props{"repo": repository},
		})
		if state == nil {
			inputs, state = news, b.create(t, news).Properties
			return nil
		}
		updated, err := b.update(t, state, news)
		if err == nil {
			inputs, state = news, updated.Properties
		}
		return err
	}
	requireGreeting := func(want string) {
		t.Helper()
		greeting, err := client.CoreV1().ConfigMaps(ns).Get(t.Context(), "operator-greeting", metav1.GetOptions{})
		require.NoError(t, err)
		require.Equal(t, want, greeting.Data["greeting"])
	}

	require.NoError(t, up("1.0.0", 60))
	requireGreeting("from 1.0.0")
	require.NoError(t, up("1.1.0", 60))
	requireGreeting("from 1.1.0")

	err := up("1.2.0", 5)
	requireReason(t, err, "was rolled back to revision 2, as atomic asks", "Deployment "+ns+"/operator: ", "Insufficient cpu")
	requireGreeting("from 1.1.0")

	half, err := b.conf.Releases.Last("operator")
	require.NoError(t, err)
	half.Version, half.Info.Status = half.Version+1, helmrelease.StatusPendingUpgrade
	require.NoError(t, b.conf.Releases.Create(half))
	require.NoError(t, up("1.3.0", 60))
	requireGreeting("from 1.3.0")
	require.Len(t, b.warnings, 1)
	assert.Contains(t, b.warnings[0], "was left in pending-upgrade")

	_, err = b.Delete(t.Context(), plugin.DeleteRequest{URN: urn, ID: resource.ID(ns + "/operator"), Outputs: state})
	require.NoError(t, err)
	_, err = client.AppsV1().Deployments(ns).Get(t.Context(), "operator", metav1.GetOptions{})
	assert.True(t, apierrors.IsNotFound(err), "uninstalled")
	objects, err := dynamic.NewForConfig(b.cluster.Config)
	require.NoError(t, err)
	definitions := objects.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	for _, name := range []string{"greetings.repository.test", "welcomes.repository.test"} {
		_, err = definitions.Get(t.Context(), name, metav1.GetOptions{})
		require.NoError(t, err, "data may depend on it")
	}
}
