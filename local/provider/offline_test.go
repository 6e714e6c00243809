package provider_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/local/provider"
)

func configMap(data object, metadata object) object {
	o := object{"apiVersion": "v1", "kind": "ConfigMap", "data": data}
	if metadata != nil {
		o["metadata"] = metadata
	}
	return o
}

func TestCheckNames(t *testing.T) {
	t.Parallel()
	e := disconnected(t, nil)
	r := e.resource("core/v1:ConfigMap", "settings")

	first := r.check(properties(configMap(object{"a": "1"}, nil)))
	name, _ := at(first, "metadata.name").(string)
	assert.Regexp(t, `^settings-[0-9a-f]{8}$`, name)
	assert.Equal(t, "true", at(first, `metadata.annotations["pulumi.com/autonamed"]`))
	assert.Equal(t, "default", at(first, "metadata.namespace"))
	assert.Nil(t, at(first, `metadata.labels`), "server-side apply needs no managed-by label")

	r.inputs = first
	again := r.check(properties(configMap(object{"a": "2"}, nil)))
	assert.Equal(t, name, at(again, "metadata.name"), "the name is kept")

	named := r.check(properties(configMap(object{"a": "2"}, object{"name": "mine"})))
	assert.Equal(t, "mine", at(named, "metadata.name"))
	assert.Nil(t, at(named, "metadata.annotations"))
}

func TestCheckEngineNames(t *testing.T) {
	t.Parallel()
	e := disconnected(t, nil)
	const urn = "urn:pulumi:stack::project::kubernetes:core/v1:ConfigMap::settings"
	ask := func(mode pulumirpc.CheckRequest_AutonamingOptions_Mode) (*pulumirpc.CheckResponse, error) {
		return e.server.Check(t.Context(), &pulumirpc.CheckRequest{
			Urn: urn, News: e.marshal(properties(configMap(object{}, nil))),
			Autonaming: &pulumirpc.CheckRequest_AutonamingOptions{ProposedName: "proposed", Mode: mode},
		})
	}
	resp, err := ask(pulumirpc.CheckRequest_AutonamingOptions_ENFORCE)
	require.NoError(t, err)
	assert.Equal(t, "proposed", at(e.unmarshal(resp.GetInputs()), "metadata.name"))
	_, err = ask(pulumirpc.CheckRequest_AutonamingOptions_DISABLE)
	assert.EqualError(t, err, "autonaming is disabled, resource requires the .metadata.name field to be set")
}

func TestCheckRejects(t *testing.T) {
	t.Parallel()
	e := disconnected(t, nil)
	for name, c := range map[string]struct {
		token string
		in    object
		want  string
	}{
		"a list": {"core/v1:ConfigMapList", object{"apiVersion": "v1", "kind": "ConfigMapList"}, "list resources exist"},
		"a generated name": {
			"core/v1:ConfigMap", configMap(nil, object{"generateName": "x-"}),
			"`.metadata.generateName` field is not supported in Server-Side Apply mode",
		},
		"a patch of nothing": {
			"core/v1:ConfigMapPatch", configMap(nil, nil), "patch resources require the `.metadata.name` field to be set",
		},
		"a type without a version": {"core:ConfigMap", configMap(nil, nil), "does not have both a group and a version"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := e.resource(c.token, "x").tryCheck(properties(c.in))
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestCheckKeepsSecretsAndUnknowns(t *testing.T) {
	t.Parallel()
	e := disconnected(t, nil)
	in := properties(object{"apiVersion": "v1", "kind": "Secret", "stringData": object{"password": "hunter2"}})
	checked := e.resource("core/v1:Secret", "s").check(in)
	assert.True(t, checked["data"].IsSecret())
	assert.Equal(t, object{"password": "aHVudGVyMg=="}, at(checked, "data"))
	assert.NotContains(t, checked, resource.PropertyKey("stringData"))

	in = properties(configMap(object{"a": "1"}, nil))
	in["data"].ObjectValue()["b"] = resource.MakeComputed(resource.NewStringProperty(""))
	in["data"].ObjectValue()["c"] = resource.MakeSecret(resource.NewStringProperty("hunter2"))
	data := e.resource("core/v1:ConfigMap", "c").check(in)["data"].ObjectValue()
	assert.True(t, data["b"].IsComputed())
	assert.True(t, data["c"].IsSecret())
	assert.Equal(t, "1", data["a"].StringValue())
}

func TestNamespaceIsForNamespacedKinds(t *testing.T) {
	t.Parallel()
	e := disconnected(t, map[string]string{"namespace": "apps"})
	for token, want := range map[string]any{
		"core/v1:Service": "apps", "core/v1:Namespace": nil, "rbac.authorization.k8s.io/v1:ClusterRole": nil,
		"storage.k8s.io/v1:StorageClass": nil, "example.com/v1:Widget": "apps",
	} {
		gvk := object{"core/v1:Service": "Service", "core/v1:Namespace": "Namespace"}
		in := object{"metadata": object{"name": "x"}, "apiVersion": "v1", "kind": gvk[token]}
		assert.Equal(t, want, at(e.resource(token, "x").check(properties(in)), "metadata.namespace"), token)
	}
	crd := object{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": object{"name": "globes.example.com"},
		"spec": object{"group": "example.com", "scope": "Cluster", "names": object{"kind": "Globe", "plural": "globes"}},
	}
	e.resource("apiextensions.k8s.io/v1:CustomResourceDefinition", "crd").check(properties(crd))
	globe := e.resource("example.com/v1:Globe", "g").check(properties(object{"apiVersion": "example.com/v1", "kind": "Globe"}))
	assert.Nil(t, at(globe, "metadata.namespace"), "the program's own definition says that it has none")
}

func deploymentSpec(labels object, image string) object {
	return object{
		"selector": object{"matchLabels": labels}, "replicas": 1,
		"template": object{
			"metadata": object{"labels": labels},
			"spec":     object{"containers": []any{object{"name": "app", "image": image}}},
		},
	}
}

// TestDiff compares two programs without a cluster: the state is what the server would have returned.
func TestDiff(t *testing.T) {
	t.Parallel()
	of := func(apiVersion, kind, name string, fields object) object {
		o := object{"apiVersion": apiVersion, "kind": kind, "metadata": object{"name": name, "namespace": "default"}}
		for k, v := range fields {
			o[k] = v
		}
		return o
	}
	spec := func(s object) object { return object{"spec": s} }
	a, b := object{"app": "a"}, object{"app": "b"}
	for name, c := range map[string]struct {
		token    string
		old, new object
		settings map[string]string
		want     map[string]string
		// before is whether the old object must go first.
		before bool
	}{
		"nothing": {
			token: "core/v1:ConfigMap", old: of("v1", "ConfigMap", "x", object{"data": a}),
			new: of("v1", "ConfigMap", "x", object{"data": a}), want: map[string]string{},
		},
		"ConfigMap data": {
			token: "core/v1:ConfigMap", old: of("v1", "ConfigMap", "x", object{"data": a}),
			new:  of("v1", "ConfigMap", "x", object{"data": b}),
			want: map[string]string{"data.app": "UPDATE_REPLACE"}, before: true,
		},
		"ConfigMap data, mutable": {
			token: "core/v1:ConfigMap", old: of("v1", "ConfigMap", "x", object{"data": a}),
			new:      of("v1", "ConfigMap", "x", object{"data": b}),
			settings: map[string]string{"enableConfigMapMutable": "true"}, want: map[string]string{"data.app": "UPDATE"},
		},
		"ConfigMap data, mutable but immutable": {
			token: "core/v1:ConfigMap", old: of("v1", "ConfigMap", "x", object{"data": a, "immutable": true}),
			new:      of("v1", "ConfigMap", "x", object{"data": b, "immutable": true}),
			settings: map[string]string{"enableConfigMapMutable": "true"},
			want:     map[string]string{"data.app": "UPDATE_REPLACE"}, before: true,
		},
		"Secret data": {
			token: "core/v1:Secret", old: of("v1", "Secret", "x", object{"data": object{"k": "YQ=="}}),
			new:  of("v1", "Secret", "x", object{"stringData": object{"k": "b"}}),
			want: map[string]string{"data.k": "UPDATE_REPLACE"}, before: true,
		},
		"Secret spelt otherwise": {
			token: "core/v1:Secret", old: of("v1", "Secret", "x", object{"data": object{"k": "YQ=="}}),
			new: of("v1", "Secret", "x", object{"stringData": object{"k": "a"}}), want: map[string]string{},
		},
		"Secret type, mutable": {
			token: "core/v1:Secret", old: of("v1", "Secret", "x", object{"type": "Opaque"}),
			new:      of("v1", "Secret", "x", object{"type": "example.com/other"}),
			settings: map[string]string{"enableSecretMutable": "true"},
			want:     map[string]string{"type": "UPDATE_REPLACE"}, before: true,
		},
		"a label": {
			token: "core/v1:ConfigMap", old: of("v1", "ConfigMap", "x", nil),
			new: object{
				"apiVersion": "v1", "kind": "ConfigMap",
				"metadata": object{"name": "x", "namespace": "default", "labels": object{"app.kubernetes.io/name": "y"}},
			},
			want: map[string]string{"metadata.labels": "ADD"},
		},
		"a name": {
			token: "core/v1:ConfigMap", old: of("v1", "ConfigMap", "x", nil), new: of("v1", "ConfigMap", "y", nil),
			want: map[string]string{"metadata.name": "UPDATE_REPLACE"},
		},
		"a namespace": {
			token: "core/v1:ConfigMap", old: of("v1", "ConfigMap", "x", nil),
			new:  object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": object{"name": "x", "namespace": "other"}},
			want: map[string]string{"metadata.namespace": "UPDATE_REPLACE"},
		},
		"Deployment image": {
			token: "apps/v1:Deployment", old: of("apps/v1", "Deployment", "x", spec(deploymentSpec(a, "app:1"))),
			new:  of("apps/v1", "Deployment", "x", spec(deploymentSpec(a, "app:2"))),
			want: map[string]string{"spec.template.spec.containers[0].image": "UPDATE"},
		},
		"Deployment selector": {
			token: "apps/v1:Deployment", old: of("apps/v1", "Deployment", "x", spec(deploymentSpec(a, "app:1"))),
			new: of("apps/v1", "Deployment", "x", spec(deploymentSpec(b, "app:1"))),
			want: map[string]string{
				"spec.selector.matchLabels.app": "UPDATE_REPLACE", "spec.template.metadata.labels.app": "UPDATE",
			},
			before: true,
		},
		"StatefulSet serviceName": {
			token: "apps/v1:StatefulSet", old: of("apps/v1", "StatefulSet", "x", spec(object{"serviceName": "a"})),
			new:  of("apps/v1", "StatefulSet", "x", spec(object{"serviceName": "b"})),
			want: map[string]string{"spec.serviceName": "UPDATE_REPLACE"}, before: true,
		},
		"Job template": {
			token: "batch/v1:Job", old: of("batch/v1", "Job", "x", spec(object{"template": object{"metadata": object{"labels": a}}})),
			new:  of("batch/v1", "Job", "x", spec(object{"template": object{"metadata": object{"labels": b}}})),
			want: map[string]string{"spec.template.metadata.labels.app": "UPDATE_REPLACE"}, before: true,
		},
		"Job backoff": {
			token: "batch/v1:Job", old: of("batch/v1", "Job", "x", spec(object{"backoffLimit": 1})),
			new: of("batch/v1", "Job", "x", spec(object{"backoffLimit": 2})), want: map[string]string{"spec.backoffLimit": "UPDATE"},
		},
		"Service clusterIP": {
			token: "core/v1:Service", old: of("v1", "Service", "x", spec(object{"clusterIP": "10.0.0.1"})),
			new:  of("v1", "Service", "x", spec(object{"clusterIP": "None"})),
			want: map[string]string{"spec.clusterIP": "UPDATE_REPLACE"}, before: true,
		},
		"Service port": {
			token: "core/v1:Service", old: of("v1", "Service", "x", spec(object{"ports": []any{object{"port": 80}}})),
			new:  of("v1", "Service", "x", spec(object{"ports": []any{object{"port": 80}, object{"port": 81}}})),
			want: map[string]string{"spec.ports[1]": "ADD"},
		},
		"a list gets shorter": {
			token: "core/v1:Service",
			old:   of("v1", "Service", "x", spec(object{"ports": []any{object{"port": 80, "name": "a"}, object{"port": 81}}})),
			new:   of("v1", "Service", "x", spec(object{"ports": []any{object{"port": 80}}})),
			want:  map[string]string{"spec.ports[0].name": "DELETE", "spec.ports[1]": "DELETE"},
		},
		"PersistentVolumeClaim size": {
			token: "core/v1:PersistentVolumeClaim",
			old:   of("v1", "PersistentVolumeClaim", "x", spec(object{"resources": object{"requests": object{"storage": "1Gi"}}})),
			new:   of("v1", "PersistentVolumeClaim", "x", spec(object{"resources": object{"requests": object{"storage": "2Gi"}}})),
			want:  map[string]string{"spec.resources.requests.storage": "UPDATE"},
		},
		"PersistentVolumeClaim class": {
			token: "core/v1:PersistentVolumeClaim", old: of("v1", "PersistentVolumeClaim", "x", spec(object{"storageClassName": "a"})),
			new:  of("v1", "PersistentVolumeClaim", "x", spec(object{"storageClassName": "b"})),
			want: map[string]string{"spec.storageClassName": "UPDATE_REPLACE"}, before: true,
		},
		"Pod image": {
			token: "core/v1:Pod", old: of("v1", "Pod", "x", spec(object{"containers": []any{object{"name": "a", "image": "a:1"}}})),
			new:  of("v1", "Pod", "x", spec(object{"containers": []any{object{"name": "a", "image": "a:2"}}})),
			want: map[string]string{"spec.containers[0].image": "UPDATE_REPLACE"}, before: true,
		},
		"Pod container": {
			token: "core/v1:Pod", old: of("v1", "Pod", "x", spec(object{"containers": []any{object{"name": "a", "image": "a:1"}}})),
			new: of("v1", "Pod", "x", spec(object{"containers": []any{
				object{"name": "a", "image": "a:1"}, object{"name": "b", "image": "b:1"},
			}})),
			want: map[string]string{"spec.containers[1]": "ADD_REPLACE"}, before: true,
		},
		"roleRef": {
			token: "rbac.authorization.k8s.io/v1:RoleBinding",
			old:   of("rbac.authorization.k8s.io/v1", "RoleBinding", "x", object{"roleRef": object{"name": "a"}}),
			new:   of("rbac.authorization.k8s.io/v1", "RoleBinding", "x", object{"roleRef": object{"name": "b"}}),
			want:  map[string]string{"roleRef.name": "UPDATE_REPLACE"}, before: true,
		},
		"a Patch is changed in place": {
			token: "core/v1:ConfigMapPatch", old: of("v1", "ConfigMap", "x", object{"data": a}),
			new: of("v1", "ConfigMap", "x", object{"data": b}), want: map[string]string{"data.app": "UPDATE"},
		},
		"a quantity spelt otherwise": {
			token: "core/v1:LimitRange",
			old:   of("v1", "LimitRange", "x", spec(object{"limits": []any{object{"type": "Pod", "max": object{"cpu": "1"}}}})),
			new:   of("v1", "LimitRange", "x", spec(object{"limits": []any{object{"type": "Pod", "max": object{"cpu": "1000m"}}}})),
			want:  map[string]string{},
		},
		"a custom resource": {
			token: "example.com/v1:Widget", old: of("example.com/v1", "Widget", "x", spec(object{"size": 1})),
			new: of("example.com/v1", "Widget", "x", spec(object{"size": 2})), want: map[string]string{"spec.size": "UPDATE"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := disconnected(t, c.settings).resource(c.token, "x")
			r.stored(c.old, nil)
			d := r.diff(c.new)
			assert.Equal(t, c.want, changes(d))
			assert.Equal(t, c.before, d.GetDeleteBeforeReplace())
			assert.Equal(t, len(c.want) > 0, d.GetChanges() == pulumirpc.DiffResponse_DIFF_SOME)
		})
	}
}

// stored puts the resource into the state that a Create of the inputs would have left, with what the
// server added.
func (r *res) stored(in, added object) {
	r.e.t.Helper()
	inputs := r.check(properties(in))
	live := properties(plain(inputs))
	for k, v := range properties(added) {
		live[k] = v
	}
	live["__inputs"] = resource.NewObjectProperty(inputs)
	live["__fieldManager"] = resource.NewStringProperty("pulumi-kubernetes-12345678")
	live["__initialApiVersion"] = inputs["apiVersion"]
	r.id, r.inputs, r.state = "default/x", inputs, live
}

func TestDiffSeesDriftOfItsOwnFieldsOnly(t *testing.T) {
	t.Parallel()
	r := disconnected(t, nil).resource("apps/v1:Deployment", "x")
	in := object{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": object{"name": "x"},
		"spec": deploymentSpec(object{"app": "a"}, "app:1"),
	}
	changed := deploymentSpec(object{"app": "a"}, "app:1")
	changed["replicas"] = 7
	changed["paused"] = true
	r.stored(in, object{"spec": changed, "status": object{"replicas": 7}})
	d := r.diff(in)
	assert.Equal(t, map[string]string{"spec.replicas": "UPDATE"}, changes(d))
	assert.Empty(t, changes(r.diff(in, "spec.replicas")), "ignoreChanges")
}

func TestDiffOfUnknowns(t *testing.T) {
	t.Parallel()
	r := disconnected(t, nil).resource("core/v1:ConfigMap", "x")
	r.stored(configMap(object{"a": "1"}, object{"name": "x"}), nil)
	in := properties(configMap(object{}, object{"name": "x"}))
	in["data"].ObjectValue()["a"] = resource.MakeComputed(resource.NewStringProperty(""))
	d := r.diffOf(in)
	assert.Equal(t, map[string]string{"data.a": "UPDATE_REPLACE"}, changes(d))
}

func TestAutonamedIsReplacedWithoutAGap(t *testing.T) {
	t.Parallel()
	r := disconnected(t, nil).resource("core/v1:ConfigMap", "x")
	r.stored(configMap(object{"a": "1"}, nil), nil)
	d := r.diff(configMap(object{"a": "2"}, nil))
	assert.Equal(t, []string{"data.a"}, d.GetReplaces())
	assert.False(t, d.GetDeleteBeforeReplace())
}

const kubeconfigA = `{apiVersion: v1, kind: Config, current-context: one,
clusters: [{name: a, cluster: {server: "https://a"}}, {name: b, cluster: {server: "https://b"}}],
contexts: [{name: one, context: {cluster: a, user: u}}, {name: two, context: {cluster: b, user: u}}],
users: [{name: u, user: {token: t1}}]}`

func TestDiffConfig(t *testing.T) {
	t.Parallel()
	token2 := kubeconfigA[:len(kubeconfigA)-5] + "2}}]}"
	server2 := `{apiVersion: v1, kind: Config, current-context: one, clusters: [{name: a, cluster: {server: "https://c"}}],
contexts: [{name: one, context: {cluster: a}}]}`
	unknown := resource.MakeComputed(resource.NewStringProperty(""))
	text := func(s string) resource.PropertyValue { return resource.NewStringProperty(s) }
	for name, c := range map[string]struct {
		old, new        resource.PropertyMap
		diffs, replaces []string
	}{
		"nothing": {resource.PropertyMap{"kubeconfig": text(kubeconfigA)}, resource.PropertyMap{"kubeconfig": text(kubeconfigA)}, nil, nil},
		"a new token": {
			resource.PropertyMap{"kubeconfig": text(kubeconfigA)},
			resource.PropertyMap{"kubeconfig": text(token2)},
			[]string{"kubeconfig"},
			nil,
		},
		"another server": {
			resource.PropertyMap{"kubeconfig": text(kubeconfigA)},
			resource.PropertyMap{"kubeconfig": text(server2)},
			[]string{"kubeconfig"},
			[]string{"kubeconfig"},
		},
		"another context": {
			resource.PropertyMap{"kubeconfig": text(kubeconfigA)},
			resource.PropertyMap{"kubeconfig": text(kubeconfigA), "context": text("two")},
			[]string{"context"},
			[]string{"context"},
		},
		"another namespace": {
			resource.PropertyMap{"kubeconfig": text(kubeconfigA)},
			resource.PropertyMap{"kubeconfig": text(kubeconfigA), "namespace": text("x")},
			[]string{"namespace"},
			nil,
		},
		"an unknown cluster": {
			resource.PropertyMap{"kubeconfig": text(kubeconfigA)},
			resource.PropertyMap{"kubeconfig": unknown},
			[]string{"kubeconfig"},
			[]string{"kubeconfig"},
		},
		"another server of the same identity": {
			resource.PropertyMap{"kubeconfig": text(kubeconfigA), "clusterIdentifier": text("i")},
			resource.PropertyMap{"kubeconfig": text(server2), "clusterIdentifier": text("i")},
			[]string{"kubeconfig"},
			nil,
		},
		"an unknown kubeconfig of the same identity": {
			resource.PropertyMap{"kubeconfig": text(kubeconfigA), "clusterIdentifier": text("i")},
			resource.PropertyMap{"kubeconfig": unknown, "clusterIdentifier": text("i")},
			[]string{"kubeconfig"},
			nil,
		},
		"another identity": {
			resource.PropertyMap{"kubeconfig": text(kubeconfigA), "clusterIdentifier": text("i")},
			resource.PropertyMap{"kubeconfig": text(kubeconfigA), "clusterIdentifier": text("j")},
			[]string{"clusterIdentifier"},
			[]string{"clusterIdentifier"},
		},
		"an identity is added": {
			resource.PropertyMap{"kubeconfig": text(kubeconfigA)},
			resource.PropertyMap{"kubeconfig": text(kubeconfigA), "clusterIdentifier": text("j")},
			[]string{"clusterIdentifier"},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := &engine{t: t}
			resp, err := provider.New(provider.Options{}).DiffConfig(t.Context(), &pulumirpc.DiffRequest{
				Urn: "urn:pulumi:s::p::pulumi:providers:kubernetes::k", Olds: e.marshal(c.old), News: e.marshal(c.new),
			})
			require.NoError(t, err)
			assert.Equal(t, c.diffs, resp.GetDiffs())
			assert.Equal(t, c.replaces, resp.GetReplaces())
		})
	}
}

func TestCheckConfig(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   object
		want []string
	}{
		"plain": {object{"namespace": "x"}, nil},
		"strict": {object{"strictMode": "true"}, []string{
			`strict mode requires Provider "kubeconfig" argument`, `strict mode requires Provider "context" argument`,
		}},
		"render with a context": {
			object{"renderYamlToDirectory": "d", "context": "c"},
			[]string{`"context" arg is not compatible with "renderYamlToDirectory" arg`},
		},
		"alwaysRender alone": {object{"alwaysRender": true}, []string{`"alwaysRender" requires "renderYamlToDirectory" to be set`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := &engine{t: t}
			resp, err := provider.New(provider.Options{}).CheckConfig(t.Context(), &pulumirpc.CheckRequest{
				Urn: "urn:pulumi:s::p::pulumi:providers:kubernetes::k", News: e.marshal(properties(c.in)),
			})
			require.NoError(t, err)
			var got []string
			for _, f := range resp.GetFailures() {
				got = append(got, f.GetReason())
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestConfigureRefusesWhatItCannotDo(t *testing.T) {
	t.Parallel()
	for key, value := range map[string]string{"enableServerSideApply": "false", "renderYamlToDirectory": "out"} {
		_, err := provider.New(provider.Options{}).Configure(t.Context(), &pulumirpc.ConfigureRequest{
			//lint:ignore SA1019 As the engine sends them.
			Variables: map[string]string{"kubernetes:config:" + key: value},
		})
		assert.ErrorContains(t, err, key)
		assert.ErrorContains(t, err, "pulumi plugin install resource kubernetes")
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	e := disconnected(t, nil)
	r := e.resource("core/v1:ConfigMap", "x")
	shown, err := r.previewed(configMap(object{"a": "1"}, object{"name": "x"}))
	require.NoError(t, err, "a preview may come before the cluster")
	assert.Equal(t, object{"a": "1"}, at(shown, "data"))
	require.ErrorContains(t, r.tryCreate(configMap(nil, object{"name": "x"}), 0), "configured Kubernetes cluster is unreachable")

	r.stored(configMap(nil, object{"name": "x"}), nil)
	_, err = r.refresh()
	require.ErrorContains(t, err, "failed to read resource state due to unreachable cluster")
	require.ErrorContains(t, r.tryDelete(), "PULUMI_K8S_DELETE_UNREACHABLE")

	gone := disconnected(t, map[string]string{"deleteUnreachable": "true"}).resource("core/v1:ConfigMap", "x")
	gone.stored(configMap(nil, object{"name": "x"}), nil)
	there, err := gone.refresh()
	require.NoError(t, err)
	assert.False(t, there)
	gone.delete()
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	e := disconnected(t, nil)
	e.resource("core/v1:ConfigMap", "x").check(properties(configMap(nil, object{"annotations": object{
		"pulumi.com/autonamed": "mine", "helm.sh/hook": "test-success",
	}})))
	logs := strings.Join(e.logged(), "\n")
	assert.Contains(t, logs, `ignoring user-specified value for internal annotation "pulumi.com/autonamed"`)
	assert.Contains(t, logs, "This resource contains Helm hooks")
}

func TestWhatIsLeftOutNamesItsReplacement(t *testing.T) {
	t.Parallel()
	s := provider.New(provider.Options{})
	for want, call := range map[string]func() error{
		`function "kubernetes:helm:template"`: func() error {
			_, err := s.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: "kubernetes:helm:template"})
			return err
		},
		`component "kubernetes:yaml/v2:ConfigGroup"`: func() error {
			_, err := s.Construct(t.Context(), &pulumirpc.ConstructRequest{Type: "kubernetes:yaml/v2:ConfigGroup"})
			return err
		},
		"packages made of CustomResourceDefinitions": func() error {
			_, err := s.Parameterize(t.Context(), &pulumirpc.ParameterizeRequest{})
			return err
		},
		`list of "kubernetes:core/v1:Pod"`: func() error {
			return s.List(&pulumirpc.ListRequest{Token: "kubernetes:core/v1:Pod"}, nil)
		},
	} {
		err := call()
		require.ErrorContains(t, err, "has no "+want)
		assert.ErrorContains(t, err, "helm.sh/v3 Release")
		assert.ErrorContains(t, err, "pulumi plugin install resource kubernetes")
	}
}
