package helm

import (
	"errors"
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

// server is a chart with a Deployment, whose cpu may be more than any node has.
var webserver = files{
	"values.yaml":             "greeting: hello\ncpu: 10m\n",
	"templates/greeting.yaml": configMap,
	"templates/deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec: {containers: [{name: main, image: "example.test/web:1", resources: {requests: {cpu: {{ .Values.cpu | quote }}}}}]}
`,
}

func TestLiveLifecycle(t *testing.T) {
	t.Parallel()
	b, client, ns := newLiveBench(t)
	content := files{"crds/greetings.yaml": crd}
	for path, text := range webserver {
		content[path] = text
	}
	dir := writeChart(t, "webserver", "1.0.0", "", content)
	program := props{"chart": dir, "name": "web"}
	inputs := b.check(t, nil, program)
	made := b.create(t, inputs)
	assert.Equal(t, resource.NewPropertyValue(props{
		"ConfigMap/v1": []string{"web-greeting"}, "Deployment.apps/apps/v1": []string{"web"},
	}), made.Properties["resourceNames"])
	deployed, err := client.AppsV1().Deployments(ns).Get(t.Context(), "web", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, int32(1), deployed.Status.ReadyReplicas, "it is awaited")
	assert.Equal(t, plugin.DiffNone, b.diff(t, made.Properties, b.check(t, inputs, program)).Changes)

	program["values"] = props{"greeting": "ho"}
	news := b.check(t, inputs, program)
	assert.Equal(t, map[string]plugin.PropertyDiff{"values.greeting": {Kind: plugin.DiffAdd}}, b.diff(t, made.Properties, news).DetailedDiff)
	updated, err := b.update(t, made.Properties, news)
	require.NoError(t, err)
	greeting, err := client.CoreV1().ConfigMaps(ns).Get(t.Context(), "web-greeting", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"greeting": "ho", "revision": "2"}, greeting.Data)

	refreshed, err := b.Read(t.Context(), plugin.ReadRequest{URN: urn, ID: made.ID, Inputs: news, State: updated.Properties})
	require.NoError(t, err)
	assert.Equal(t, updated.Properties, refreshed.Outputs, "a refresh finds no drift")
	imported, err := b.Read(t.Context(), plugin.ReadRequest{URN: urn, ID: made.ID})
	require.NoError(t, err)
	assert.Equal(t, resource.NewPropertyValue(props{"greeting": "ho"}), imported.Inputs["values"])
	assert.Equal(t, updated.Properties["status"], imported.Outputs["status"])

	_, err = b.Delete(t.Context(), plugin.DeleteRequest{URN: urn, ID: made.ID, Outputs: updated.Properties})
	require.NoError(t, err)
	_, err = client.AppsV1().Deployments(ns).Get(t.Context(), "web", metav1.GetOptions{})
	assert.True(t, apierrors.IsNotFound(err), "uninstalled")
	definitions, err := dynamic.NewForConfig(b.cluster.Config)
	require.NoError(t, err)
	kind := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	_, err = definitions.Resource(kind).Get(t.Context(), "greetings.plinth.test", metav1.GetOptions{})
	require.NoError(t, err, "a chart's CRDs outlive it, and with them everybody's objects")
	gone, err := b.Read(t.Context(), plugin.ReadRequest{URN: urn, ID: made.ID, State: updated.Properties})
	require.NoError(t, err)
	assert.Empty(t, gone.ID)
}

func TestLiveFailureSaysWhy(t *testing.T) {
	t.Parallel()
	b, client, ns := newLiveBench(t)
	dir := writeChart(t, "webserver", "1.0.0", "", webserver)
	program := props{"chart": dir, "name": "web", "timeout": 5, "values": props{"cpu": "1000"}}
	inputs := b.check(t, nil, program)
	made, err := b.Create(t.Context(), plugin.CreateRequest{URN: urn, Properties: inputs})
	requireReason(t, err, "Helm release "+ns+"/web was created, but does not work yet", "Deployment "+ns+"/web: ", "Insufficient cpu")
	assert.Equal(t, "failed", made.Properties["status"].ObjectValue()["status"].StringValue())

	program["values"], program["timeout"] = props{"cpu": "10m"}, 60
	fixed := b.check(t, inputs, program)
	updated, err := b.update(t, made.Properties, fixed)
	require.NoError(t, err)

	program["values"], program["timeout"], program["atomic"] = props{"cpu": "1000"}, 5, true
	_, err = b.update(t, updated.Properties, b.check(t, fixed, program))
	requireReason(t, err, "was rolled back to revision 2, as atomic asks", "Deployment "+ns+"/web: ", "Insufficient cpu")
	deployed, err := client.AppsV1().Deployments(ns).Get(t.Context(), "web", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, "10m", deployed.Spec.Template.Spec.Containers[0].Resources.Requests.Cpu().String())

	program["name"] = "other"
	_, err = b.Create(t.Context(), plugin.CreateRequest{URN: urn, Properties: b.check(t, nil, program)})
	require.ErrorContains(t, err, "Insufficient cpu")
	require.ErrorContains(t, err, "was rolled back, as atomic asks")
	_, err = client.AppsV1().Deployments(ns).Get(t.Context(), "other", metav1.GetOptions{})
	assert.True(t, apierrors.IsNotFound(err), "a failed atomic install leaves nothing")
}

// What the API server refuses of a release is said with its reason, and what is only not ready yet does not hide it.
func TestLiveRefused(t *testing.T) {
	t.Parallel()
	b, client, ns := newLiveBench(t)
	content := maps.Clone(webserver)
	content["templates/service.yaml"] = `apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec: {selector: {app: {{ .Release.Name }}}, ports: [{port: {{ .Values.port }}}]}
`
	program := props{
		"chart": writeChart(t, "webserver", "1.0.0", "", content), "name": "web", "atomic": true, "values": props{"port": 99999},
	}
	inputs := b.check(t, nil, program)
	_, err := b.Create(t.Context(), plugin.CreateRequest{URN: urn, Properties: inputs})
	refusal := `Service "web" is invalid: [spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535`
	require.ErrorContains(t, err, "the release was rolled back, as atomic asks\n"+refusal)
	require.ErrorContains(t, err, "\nService "+ns+"/web: was not made\nmend what is named above")

	program["values"] = props{"port": 80}
	inputs = b.check(t, nil, program)
	state := b.create(t, inputs).Properties
	program["values"] = props{"port": 99999}
	_, err = b.update(t, state, b.check(t, inputs, program))
	requireReason(t, err, "was rolled back to revision 1, as atomic asks", refusal, remedy)
	assert.NotContains(t, err.Error(), "Deployment", "it is not what was refused")
	service, err := client.CoreV1().Services(ns).Get(t.Context(), "web", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, int32(80), service.Spec.Ports[0].Port)
}

func requireReason(t *testing.T, err error, wants ...string) {
	t.Helper()
	var failed *plugin.InitError
	require.True(t, errors.As(err, &failed), "%v", err)
	for _, want := range wants {
		assert.Contains(t, strings.Join(failed.Reasons, "\n"), want)
	}
}

func TestLivePendingIsRecovered(t *testing.T) {
	t.Parallel()
	b, client, ns := newLiveBench(t)
	program := props{"chart": writeChart(t, "greeter", "1.0.0", "", greeter), "name": "web"}
	inputs := b.check(t, nil, program)
	state := b.create(t, inputs).Properties
	half, err := b.conf.Releases.Last("web")
	require.NoError(t, err)
	half.Version, half.Info.Status = 2, helmrelease.StatusPendingUpgrade
	require.NoError(t, b.conf.Releases.Create(half))

	program["values"] = props{"greeting": "ho"}
	updated, err := b.update(t, state, b.check(t, inputs, program))
	require.NoError(t, err)
	require.Len(t, b.warnings, 1)
	assert.Contains(t, b.warnings[0], "was left in pending-upgrade by an operation that did not end: it was rolled back to revision 1")
	greeting, err := client.CoreV1().ConfigMaps(ns).Get(t.Context(), "web-greeting", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, "ho", greeting.Data["greeting"])
	assert.Equal(t, "deployed", updated.Properties["status"].ObjectValue()["status"].StringValue())
}

func TestLiveCreatesNamespace(t *testing.T) {
	t.Parallel()
	b, client, ns := newLiveBench(t)
	inputs := b.check(t, nil, props{
		"chart": writeChart(t, "greeter", "1.0.0", "", greeter), "name": "web", "namespace": ns + "-new",
	})
	_, err := b.Create(t.Context(), plugin.CreateRequest{URN: urn, Properties: inputs})
	require.ErrorContains(t, err, `namespaces "`+ns+`-new" not found`)
	inputs["createNamespace"] = resource.NewBoolProperty(true)
	made := b.create(t, inputs)
	assert.Equal(t, resource.ID(ns+"-new/web"), made.ID)
	_, err = client.CoreV1().ConfigMaps(ns+"-new").Get(t.Context(), "web-greeting", metav1.GetOptions{})
	require.NoError(t, err)
}
