package helm

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	helmrelease "helm.sh/helm/v3/pkg/release"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/plinth-iac/plinth/tests/crds"
)

// Two ways in which charts bring definitions: the crds folder, here with KEDA's own, and a template that asks to be kept.
const authentication = `apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata: {name: {{ .Release.Name }}}
spec: {secretTargetRef: [{parameter: host, name: rabbitmq, key: host}]}
`

var (
	welcomes     = strings.ReplaceAll(strings.ReplaceAll(crd, "greeting", "welcome"), "Greeting", "Welcome")
	keptTemplate = strings.Replace(welcomes, "metadata: {", `metadata: {annotations: {"helm.sh/resource-policy": keep}, `, 1)
)

// TestLiveRepository takes one release through its life with charts from a repository, as the platform's own are installed.
func TestLiveRepository(t *testing.T) {
	t.Parallel()
	b, client, ns := newLiveBench(t)
	definition, err := os.ReadFile(filepath.Join(crds.KEDA(t), "keda.sh_triggerauthentications.yaml"))
	require.NoError(t, err)
	version := func(version, cpu string) string {
		content := maps.Clone(webserver)
		content["values.yaml"] = "greeting: from " + version + "\ncpu: '" + cpu + "'\n"
		content["crds/authentications.yaml"], content["templates/authentication.yaml"] = string(definition), authentication
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

	killed := func(revision int, status helmrelease.Status) {
		half, err := b.conf.Releases.Last("operator")
		require.NoError(t, err)
		change := b.conf.Releases.Create
		if half.Version == revision {
			change = b.conf.Releases.Update
		}
		half.Version, half.Info.Status = revision, status
		require.NoError(t, change(half))
	}

	require.NoError(t, up("1.0.0", 60))
	killed(1, helmrelease.StatusPendingInstall)
	inputs, state = nil, nil
	require.NoError(t, up("1.0.0", 60))
	requireGreeting("from 1.0.0")
	require.NoError(t, up("1.1.0", 60))
	requireGreeting("from 1.1.0")

	err = up("1.2.0", 5)
	requireReason(t, err, "was rolled back to revision 2, as atomic asks", "Deployment "+ns+"/operator: ", "Insufficient cpu")
	requireGreeting("from 1.1.0")

	killed(5, helmrelease.StatusPendingUpgrade)
	require.NoError(t, up("1.3.0", 60))
	requireGreeting("from 1.3.0")
	require.Len(t, b.warnings, 2)
	assert.Contains(t, b.warnings[0], "was left in pending-install by an operation that did not end, and never worked: it was removed")
	assert.Contains(t, b.warnings[1], "was left in pending-upgrade by an operation that did not end: it was rolled back to revision 4")

	objects, err := dynamic.NewForConfig(b.cluster.Config)
	require.NoError(t, err)
	authentications := objects.Resource(schema.GroupVersionResource{
		Group: "keda.sh", Version: "v1alpha1", Resource: "triggerauthentications",
	}).Namespace(ns)
	charts, err := authentications.Get(t.Context(), "operator", metav1.GetOptions{})
	require.NoError(t, err, "made once its definition was served")
	_, err = authentications.Create(t.Context(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "keda.sh/v1alpha1", "kind": "TriggerAuthentication", "metadata": map[string]any{"name": "ours"}, "spec": charts.Object["spec"],
	}}, metav1.CreateOptions{})
	require.NoError(t, err)

	_, err = b.Delete(t.Context(), plugin.DeleteRequest{URN: urn, ID: resource.ID(ns + "/operator"), Outputs: state})
	require.NoError(t, err)
	_, err = client.AppsV1().Deployments(ns).Get(t.Context(), "operator", metav1.GetOptions{})
	assert.True(t, apierrors.IsNotFound(err), "uninstalled")
	_, err = authentications.Get(t.Context(), "operator", metav1.GetOptions{})
	assert.True(t, apierrors.IsNotFound(err), "uninstalled")
	_, err = authentications.Get(t.Context(), "ours", metav1.GetOptions{})
	require.NoError(t, err, "only what was the chart's goes with it")
	definitions := objects.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	for _, name := range []string{"triggerauthentications.keda.sh", "welcomes.repository.test"} {
		_, err = definitions.Get(t.Context(), name, metav1.GetOptions{})
		require.NoError(t, err, "data may depend on it")
	}
}
