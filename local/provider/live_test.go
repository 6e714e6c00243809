package provider_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

var labels = object{"app": "x"}

func deployment(name, image string, annotations object) object {
	return object{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": object{"name": name, "annotations": annotations}, "spec": deploymentSpec(object{"app": name}, image),
	}
}

// quick is an annotation that ends a wait in vain soon.
func quick(seconds string) object { return object{"pulumi.com/timeoutSeconds": seconds} }

func TestLifecycle(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	r := e.resource("core/v1:ConfigMap", "settings")
	in := configMap(object{"a": "1"}, object{"name": "settings", "labels": object{"tier": "one"}})

	shown, err := r.previewed(in)
	require.NoError(t, err)
	assert.Equal(t, object{"a": "1"}, at(shown, "data"))
	_, err = e.clientset().CoreV1().ConfigMaps(e.namespace).Get(t.Context(), "settings", metav1.GetOptions{})
	require.True(t, apierrors.IsNotFound(err), "a preview writes nothing")

	r.create(in)
	assert.Equal(t, e.namespace+"/settings", r.id)
	assert.Equal(t, "v1", at(r.state, "__initialApiVersion"))
	manager, _ := at(r.state, "__fieldManager").(string)
	assert.Regexp(t, `^pulumi-kubernetes-[0-9a-f]{8}$`, manager)
	assert.Equal(t, object{"a": "1"}, at(r.state, "__inputs.data"))
	assert.NotEmpty(t, at(r.state, "metadata.uid"))
	assert.Empty(t, changes(r.diff(in)), "a second up changes nothing")

	in["metadata"] = object{"name": "settings", "labels": object{"tier": "two"}}
	shown, err = r.tryUpdate(in, true)
	require.NoError(t, err)
	assert.Equal(t, "two", at(shown, "metadata.labels.tier"))
	live, err := e.clientset().CoreV1().ConfigMaps(e.namespace).Get(t.Context(), "settings", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, "one", live.Labels["tier"], "a preview writes nothing")
	assert.Equal(t, "pulumi-kubernetes", live.ManagedFields[0].Manager)

	r.update(in)
	assert.Equal(t, manager, at(r.state, "__fieldManager"), "the field manager is kept")
	live, err = e.clientset().CoreV1().ConfigMaps(e.namespace).Get(t.Context(), "settings", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, "two", live.Labels["tier"])
	require.Len(t, live.ManagedFields, 1, "the creation's fields are handed over")
	assert.Equal(t, manager, live.ManagedFields[0].Manager)

	in["metadata"] = object{"name": "settings"}
	assert.Equal(t, map[string]string{"metadata.labels": "DELETE"}, changes(r.diff(in)))
	r.update(in)
	assert.Nil(t, at(r.state, "metadata.labels"), "what the program drops goes away")

	r.delete()
	there, err := r.refresh()
	require.NoError(t, err)
	assert.False(t, there)
	r.delete() // Again is no error.
}

func TestAlreadyExists(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	in := configMap(object{"a": "1"}, object{"name": "taken"})
	e.resource("core/v1:ConfigMap", "first").create(in)
	second := e.resource("core/v1:ConfigMap", "second")
	_, err := second.previewed(in)
	require.NoError(t, err, "a preview cannot know what goes first")
	err = second.tryCreate(in, 0)
	require.ErrorContains(t, err, `configmaps "taken" already exists`)
	require.ErrorContains(t, err, "The resource already exists in the cluster")

	e.configure(map[string]string{"upsertExistingObjects": "true"})
	in["data"] = object{"b": "2"}
	e.resource("core/v1:ConfigMap", "third").create(in)
}

func TestDriftIsFoundAndRepaired(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	r := e.resource("core/v1:Service", "web")
	in := object{
		"apiVersion": "v1", "kind": "Service", "metadata": object{"name": "web", "labels": object{"tier": "one"}},
		"spec": object{"clusterIP": "None", "ports": []any{object{"port": 80}}},
	}
	r.create(in)
	_, err := e.clientset().CoreV1().Services(e.namespace).Patch(t.Context(), "web", types.MergePatchType,
		[]byte(`{"metadata":{"labels":{"tier":"drifted","foreign":"1"}},"spec":{"ports":[{"port":81}]}}`),
		metav1.PatchOptions{FieldManager: "kubectl-edit"})
	require.NoError(t, err)
	program := r.inputs
	_, err = r.refresh()
	require.NoError(t, err)
	assert.Equal(t, "drifted", at(r.inputs, "metadata.labels.tier"), "a refresh returns what the inputs have become")
	assert.Nil(t, at(r.inputs, "metadata.labels.foreign"), "others' fields are not the program's")
	d := r.diff(in)
	assert.Equal(t, map[string]string{"metadata.labels.tier": "UPDATE", "spec.ports[0].port": "UPDATE"}, changes(d))
	r.inputs = program
	r.update(in)
	live, err := e.clientset().CoreV1().Services(e.namespace).Get(t.Context(), "web", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"tier": "one"}, live.Labels, "what kubectl wrote is taken over, and so removed")
	assert.Equal(t, int32(80), live.Spec.Ports[0].Port)
}

func TestConflict(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	r := e.resource("core/v1:ConfigMap", "shared")
	in := func(v string, annotations object) object {
		o := configMap(object{"a": v}, object{"name": "shared"})
		if annotations != nil {
			o["metadata"].(object)["annotations"] = annotations
		}
		return o
	}
	e.configure(map[string]string{"enableConfigMapMutable": "true"})
	r.create(in("1", nil))
	_, err := e.clientset().CoreV1().ConfigMaps(e.namespace).Patch(t.Context(), "shared", types.ApplyPatchType,
		[]byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"shared"},"data":{"a":"theirs"}}`),
		metav1.PatchOptions{FieldManager: "their-operator", Force: ptr(true)})
	require.NoError(t, err)
	_, err = r.tryUpdate(in("2", nil), false)
	require.ErrorContains(t, err, `conflict with "their-operator": .data.a`)
	require.ErrorContains(t, err, "server-side apply field conflict detected")
	r.update(in("2", object{"pulumi.com/patchForce": "true"}))
	assert.Equal(t, "2", at(r.state, "data.a"))

	r.update(in("2", object{"pulumi.com/patchForce": "true", "pulumi.com/patchFieldManager": "named"}))
	assert.Equal(t, "named", at(r.state, "__fieldManager"))
	live, err := e.clientset().CoreV1().ConfigMaps(e.namespace).Get(t.Context(), "shared", metav1.GetOptions{})
	require.NoError(t, err)
	require.Len(t, live.ManagedFields, 1, "the old name gives its fields up")
	assert.Equal(t, "named", live.ManagedFields[0].Manager)
}

func ptr[T any](v T) *T { return &v }

func TestIgnoredChangesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	e := connected(t, map[string]string{"enableConfigMapMutable": "true"})
	r := e.resource("core/v1:ConfigMap", "x")
	r.create(configMap(object{"a": "1", "b": "1"}, object{"name": "x"}))
	_, err := e.clientset().CoreV1().ConfigMaps(e.namespace).Patch(t.Context(), "x", types.ApplyPatchType,
		[]byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"theirs"}}`),
		metav1.PatchOptions{FieldManager: "their-operator", Force: ptr(true)})
	require.NoError(t, err)
	r.update(configMap(object{"a": "1", "b": "2"}, object{"name": "x"}), "data.a")
	assert.Equal(t, "theirs", at(r.state, "data.a"))
	assert.Equal(t, "2", at(r.state, "data.b"))
}

func TestPatch(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	_, err := e.clientset().CoreV1().ConfigMaps(e.namespace).Create(t.Context(), &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "theirs"}, Data: map[string]string{"a": "1"},
	}, metav1.CreateOptions{FieldManager: "their-operator"})
	require.NoError(t, err)
	r := e.resource("core/v1:ConfigMapPatch", "patch")
	r.create(configMap(object{"b": "2"}, object{"name": "theirs"}))
	assert.Equal(t, object{"a": "1", "b": "2"}, at(r.state, "data"))
	assert.Empty(t, changes(r.diff(configMap(object{"b": "2"}, object{"name": "theirs"}))))
	r.update(configMap(object{"b": "3"}, object{"name": "theirs"}))
	assert.Equal(t, object{"a": "1", "b": "3"}, at(r.state, "data"))
	r.delete()
	live, err := e.clientset().CoreV1().ConfigMaps(e.namespace).Get(t.Context(), "theirs", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"a": "1"}, live.Data, "deleting a patch gives its fields up, and only those")
}

func TestAPatchOfWhatIsGoneMakesNothing(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	objects := e.clientset().CoreV1().ConfigMaps(e.namespace)
	for name, again := range map[string]bool{"gone": false, "made-anew": true} {
		theirs := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string]string{"a": "1"}}
		_, err := objects.Create(t.Context(), theirs, metav1.CreateOptions{FieldManager: "their-operator"})
		require.NoError(t, err)
		r := e.resource("core/v1:ConfigMapPatch", name)
		r.create(configMap(object{"b": "2"}, object{"name": name}))
		require.NoError(t, objects.Delete(t.Context(), name, metav1.DeleteOptions{}))
		if again {
			_, err = objects.Create(t.Context(), theirs, metav1.CreateOptions{FieldManager: "their-operator"})
			require.NoError(t, err)
		}
		r.delete()
	}
	live, err := objects.List(t.Context(), metav1.ListOptions{FieldSelector: "metadata.name!=kube-root-ca.crt"})
	require.NoError(t, err)
	require.Len(t, live.Items, 1)
	assert.Equal(t, "made-anew", live.Items[0].Name)
	assert.Equal(t, map[string]string{"a": "1"}, live.Items[0].Data)
}

func TestErrorsShowNoSecret(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	const password = "hunter 2!"
	labelled := func(value resource.PropertyValue) *structpb.Struct {
		in := properties(configMap(nil, object{"name": "x", "namespace": e.namespace, "labels": object{}}))
		in["metadata"].ObjectValue()["labels"].ObjectValue()["password"] = value
		return e.marshal(in)
	}
	good := labelled(resource.NewStringProperty("fine"))
	bad := labelled(resource.MakeSecret(resource.NewStringProperty(password)))
	urn := e.resource("core/v1:ConfigMap", "x").urn
	_, err := e.server.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn, Properties: bad, Preview: true})
	refused := []error{err}
	_, err = e.server.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn, Properties: bad})
	refused = append(refused, err)
	made, err := e.server.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn, Properties: good})
	require.NoError(t, err)
	for _, preview := range []bool{true, false} {
		_, err = e.server.Update(t.Context(), &pulumirpc.UpdateRequest{
			Urn: urn, Id: made.GetId(), Olds: made.GetProperties(), News: bad, Preview: preview,
		})
		var init *initError
		if kept := e.resource("core/v1:ConfigMap", "x").keep(err); errors.As(kept, &init) {
			refused = append(refused, kept)
		}
		refused = append(refused, err)
	}
	require.Len(t, refused, 5, "the update that fails tells why in its details too")
	for _, err := range refused {
		require.ErrorContains(t, err, "[secret]")
		assert.NotContains(t, err.Error(), password)
	}
}

func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	r := e.resource("core/v1:Secret", "s")
	in := object{"apiVersion": "v1", "kind": "Secret", "metadata": object{"name": "s"}, "stringData": object{"password": "hunter2"}}
	r.create(in)
	assert.True(t, r.state["data"].IsSecret())
	assert.True(t, r.state["__inputs"].ObjectValue()["data"].IsSecret())
	assert.Empty(t, changes(r.diff(in)))
	for _, raw := range []resource.PropertyMap{r.state, r.inputs} {
		text, err := json.Marshal(raw.MapRepl(nil, func(v resource.PropertyValue) (any, bool) { return "[secret]", v.IsSecret() }))
		require.NoError(t, err)
		assert.NotContains(t, string(text), "hunter2")
		assert.NotContains(t, string(text), "aHVudGVyMg==")
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	in := deployment("web", "web:1", nil)
	e.resource("apps/v1:Deployment", "web").create(in)
	r := e.resource("apps/v1:Deployment", "imported")
	r.id = e.namespace + "/web"
	there, err := r.refresh()
	require.NoError(t, err)
	require.True(t, there)
	assert.Equal(t, "web:1", at(r.inputs, "spec.template.spec.containers[0].image"))
	assert.Nil(t, at(r.inputs, "status"))
	for _, field := range []string{"uid", "resourceVersion", "managedFields", "generation", "creationTimestamp"} {
		assert.Nil(t, at(r.inputs, "metadata."+field))
	}
	assert.NotNil(t, at(r.state, `metadata.annotations["deployment.kubernetes.io/revision"]`))
	assert.Nil(t, at(r.inputs, `metadata.annotations["deployment.kubernetes.io/revision"]`), "the controller's, not the program's")
	assert.EqualValues(t, 1, at(r.state, "status.readyReplicas"))
	assert.NotContains(t, r.state, resource.PropertyKey("live"))

	nothing := e.resource("apps/v1:Deployment", "nothing")
	nothing.id = e.namespace + "/nothing"
	there, err = nothing.refresh()
	require.NoError(t, err)
	assert.False(t, there)
}

func TestDeploymentRollsOut(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	r := e.resource("apps/v1:Deployment", "web")
	shown, err := r.previewed(deployment("web", "web:1", nil))
	require.NoError(t, err)
	assert.Equal(t, "RollingUpdate", at(shown, "spec.strategy.type"), "a preview has the server's defaults")
	assert.Nil(t, at(shown, "status"))

	r.create(deployment("web", "web:1", nil))
	assert.EqualValues(t, 1, at(r.state, "status.readyReplicas"))
	assert.Contains(t, strings.Join(e.shown(), "\n"), "Waiting for app ReplicaSet to be available (0/1 Pods available)")
	assert.Empty(t, changes(r.diff(deployment("web", "web:1", nil))))
	r.update(deployment("web", "web:2", nil))
	assert.EqualValues(t, 1, at(r.state, "status.updatedReplicas"))
	assert.Equal(t, "2", at(r.state, `metadata.annotations["deployment.kubernetes.io/revision"]`))
	_, err = r.refresh()
	require.NoError(t, err)
	assert.Empty(t, changes(r.diff(deployment("web", "web:2", nil))))
	r.delete()
	pods, err := e.clientset().CoreV1().Pods(e.namespace).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	assert.Empty(t, pods.Items, "a deletion takes the pods along and waits for them")
}

func TestFailuresCarryThePodsReason(t *testing.T) {
	t.Parallel()
	workload := func(spec object, annotations object) object {
		o := deployment("web", "web:1", annotations)
		o["spec"].(object)["template"].(object)["spec"] = spec
		return o
	}
	container := func(image string) object {
		return object{"containers": []any{object{"name": "app", "image": image}}}
	}
	big := object{"containers": []any{object{"name": "app", "image": "web:1", "resources": object{"requests": object{"cpu": "64"}}}}}
	privileged := object{"containers": []any{object{"name": "app", "image": "web:1", "securityContext": object{"privileged": true}}}}
	for name, c := range map[string]struct {
		in   object
		want []string
		// certain failures do not wait for the timeout, which is 10 minutes without an annotation.
		certain bool
	}{
		"an image that is not there": {
			workload(container("registry.invalid/web:1"), nil), []string{"ImagePullBackOff", "registry.invalid/web:1"}, true,
		},
		"no room": {workload(big, quick("4")), []string{"Insufficient cpu", "timed out waiting to be Ready"}, false},
		"refused pods": {
			workload(privileged, nil), []string{"violates PodSecurity", "was created but failed to initialize"}, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := connected(t, nil)
			_, err := e.clientset().CoreV1().Namespaces().Patch(t.Context(), e.namespace, types.MergePatchType,
				[]byte(`{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}`), metav1.PatchOptions{})
			require.NoError(t, err)
			r := e.resource("apps/v1:Deployment", "web")
			timeout := 0.0
			if c.certain {
				timeout = 300
			}
			err = r.tryCreate(c.in, timeout)
			var failed *initError
			require.ErrorAs(t, err, &failed)
			for _, want := range c.want {
				assert.Contains(t, err.Error(), want)
			}
			assert.Equal(t, !c.certain, strings.Contains(err.Error(), "timed out"))
			assert.Equal(t, e.namespace+"/web", r.id, "the state is kept, so that the next up tries again")
			assert.NotEmpty(t, at(r.state, "metadata.uid"))

			_, err = r.refresh()
			require.ErrorAs(t, err, &failed, "a refresh says so too")

			fixed := deployment("web", "web:1", nil)
			assert.Equal(t, pulumirpc.DiffResponse_DIFF_SOME, r.diff(fixed).GetChanges())
			r.update(fixed)
			assert.EqualValues(t, 1, at(r.state, "status.readyReplicas"))
		})
	}
}

func TestSkipAwait(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	r := e.resource("apps/v1:Deployment", "web")
	r.create(deployment("web", "registry.invalid/web:1", object{"pulumi.com/skipAwait": "true"}))
	_, err := r.refresh()
	require.NoError(t, err)
}

// TestUpdateWhileControllersWrite updates objects that their controllers have just begun to work on.
func TestUpdateWhileControllersWrite(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := e.resource("apps/v1:Deployment", name)
			skip := object{"pulumi.com/skipAwait": "true"}
			r.create(deployment(name, "web:1", skip))
			r.update(deployment(name, "web:2", skip))
			assert.Equal(t, "web:2", at(r.state, "spec.template.spec.containers[0].image"))
		})
	}
}

func TestOtherKindsAreAwaited(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	pod := object{"containers": []any{object{"name": "app", "image": "web:1"}}}
	meta := func(name string) object { return object{"name": name} }
	template := object{"metadata": object{"labels": labels}, "spec": pod}
	claim := object{"accessModes": []any{"ReadWriteOnce"}, "resources": object{"requests": object{"storage": "1Gi"}}}
	jobPod := object{"containers": pod["containers"], "restartPolicy": "Never"}
	for token, c := range map[string]struct {
		in   object
		path string
		want any
	}{
		"apps/v1:StatefulSet": {
			object{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta("s"), "spec": object{
				"selector": object{"matchLabels": labels}, "serviceName": "s", "replicas": 2, "template": template,
			}}, "status.readyReplicas", 2,
		},
		"apps/v1:DaemonSet": {
			object{"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": meta("d"), "spec": object{
				"selector": object{"matchLabels": labels}, "template": template,
			}}, "status.numberReady", 1,
		},
		"batch/v1:Job": {
			object{"apiVersion": "batch/v1", "kind": "Job", "metadata": meta("j"), "spec": object{"template": object{"spec": jobPod}}},
			"status.succeeded", 1,
		},
		"core/v1:Pod": {
			object{"apiVersion": "v1", "kind": "Pod", "metadata": meta("p"), "spec": pod}, "status.phase", "Running",
		},
		"core/v1:Service": {
			object{"apiVersion": "v1", "kind": "Service", "metadata": meta("lb"), "spec": object{
				"type": "LoadBalancer", "selector": labels, "ports": []any{object{"port": 80}},
			}}, "spec.type", "LoadBalancer",
		},
		"core/v1:PersistentVolumeClaim": {
			object{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta("c"), "spec": claim}, "spec.storageClassName", "standard",
		},
		"core/v1:ResourceQuota": {
			object{"apiVersion": "v1", "kind": "ResourceQuota", "metadata": meta("q"), "spec": object{"hard": object{"pods": "50"}}},
			"status.hard.pods", "50",
		},
	} {
		t.Run(token, func(t *testing.T) {
			t.Parallel()
			r := e.resource(token, "x")
			r.create(c.in)
			assert.EqualValues(t, c.want, at(r.state, c.path))
			assert.Empty(t, changes(r.diff(c.in)))
			_, err := r.refresh()
			require.NoError(t, err)
			assert.Empty(t, changes(r.diff(c.in)))
			if token == "core/v1:Service" {
				assert.NotEmpty(t, at(r.state, "status.loadBalancer.ingress[0].ip"))
			}
			r.delete()
		})
	}
}

func TestFailedJob(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	r := e.resource("batch/v1:Job", "j")
	in := object{"apiVersion": "batch/v1", "kind": "Job", "metadata": object{"name": "j", "annotations": object{"pulumi.com/replaceUnready": "true"}}, "spec": object{
		"backoffLimit": 0, "activeDeadlineSeconds": 1,
		"template": object{
			"metadata": object{"annotations": object{"plinth.dev/simulate": "crash"}},
			"spec":     object{"restartPolicy": "Never", "containers": []any{object{"name": "app", "image": "web:1"}}},
		},
	}}
	err := r.tryCreate(in, 60)
	var failed *initError
	require.ErrorAs(t, err, &failed)
	assert.Regexp(t, `\[(BackoffLimitExceeded|DeadlineExceeded)\]`, err.Error())
	d := r.diff(in)
	assert.Equal(t, []string{`.metadata.annotations["pulumi.com/replaceUnready"]`}, d.GetReplaces())
}

func widgets(group string) object {
	return object{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": object{"name": "widgets." + group},
		"spec": object{
			"group": group, "scope": "Namespaced", "names": object{"kind": "Widget", "plural": "widgets"},
			"versions": []any{object{
				"name": "v1", "served": true, "storage": true,
				"schema": object{"openAPIV3Schema": object{"type": "object", "x_kubernetes_preserve_unknown_fields": true}},
			}},
		},
	}
}

func TestCustomResources(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	group := e.namespace + ".example.com"
	crd := e.resource("apiextensions.k8s.io/v1:CustomResourceDefinition", "crd")
	cr := e.resource(group+"/v1:Widget", "w")
	in := object{"apiVersion": group + "/v1", "kind": "Widget", "metadata": object{"name": "w"}, "spec": object{"size": 1}}

	shown, err := cr.previewed(in)
	require.NoError(t, err, "a preview comes before the definition")
	assert.EqualValues(t, 1, at(shown, "spec.size"))

	crd.create(widgets(group))
	assert.Empty(t, changes(crd.diff(widgets(group))))
	assert.Equal(t, true, at(crd.state, "spec.versions[0].schema.openAPIV3Schema.x_kubernetes_preserve_unknown_fields"))

	cr.create(in)
	assert.Empty(t, changes(cr.diff(in)))
	in["spec"] = object{"size": 2}
	assert.Equal(t, map[string]string{"spec.size": "UPDATE"}, changes(cr.diff(in)))
	cr.update(in)
	assert.EqualValues(t, 2, at(cr.state, "spec.size"))

	changed := widgets(group)
	changed["spec"].(object)["names"].(object)["shortNames"] = []any{"wd"}
	crd.update(changed)
	assert.Equal(t, []any{"wd"}, at(crd.state, "spec.names.shortNames"))

	crd.delete()
	there, err := cr.refresh()
	require.NoError(t, err)
	assert.False(t, there, "without its type the object is gone")
	cr.delete()
}

func TestWaitFor(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	for name, c := range map[string]struct{ expression, want string }{
		"a value":         {"jsonpath={.data.state}=new", ""},
		"a list":          {`["jsonpath={.data.state}", "jsonpath={.data.state}=new"]`, ""},
		"another value":   {"jsonpath={.data.state}=old", `found "new"`},
		"a condition":     {"condition=Ready", "Waiting for condition Ready=True, which is not set"},
		"no expression":   {"state==new", `expected a "jsonpath=" or "condition=" prefix`},
		"no braces":       {"jsonpath=.data", "should be wrapped in brackets"},
		"no value":        {"jsonpath={.data}=", "requires a value"},
		"an empty list":   {"[]", "at least one condition must be specified"},
		"an object":       {"jsonpath={.data}=x", "has a non-primitive value"},
		"a broken syntax": {"jsonpath={.data[}", "parsing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := e.resource("core/v1:ConfigMap", "waited")
			err := r.tryCreate(configMap(object{"state": "new"}, object{"annotations": object{"pulumi.com/waitFor": c.expression}}), 3)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
			require.NotEmpty(t, r.id, "the object is there")
		})
	}
}

func TestCancelEndsWaits(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	r := e.resource("core/v1:ConfigMap", "x")
	failed := make(chan error, 1)
	go func() {
		failed <- r.tryCreate(configMap(nil, object{"name": "x", "annotations": object{"pulumi.com/waitFor": "condition=Never"}}), 300)
	}()
	require.Eventually(t, func() bool { return len(e.shown()) > 0 }, time.Minute, 20*time.Millisecond)
	_, err := e.server.Cancel(t.Context(), nil)
	require.NoError(t, err)
	require.ErrorContains(t, <-failed, "Resource operation was cancelled")
}

func TestDeletionBlockedByAFinalizer(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	r := e.resource("core/v1:ConfigMap", "x")
	r.create(configMap(nil, object{"name": "x", "finalizers": []any{"example.com/hold"}, "annotations": quick("2")}))
	resp := func() error {
		_, err := e.server.Delete(t.Context(), &pulumirpc.DeleteRequest{Urn: r.urn, Id: r.id, Properties: e.marshal(r.state)})
		return r.keep(err)
	}
	require.ErrorContains(t, resp(), "example.com/hold")
	_, err := e.clientset().CoreV1().ConfigMaps(e.namespace).Patch(t.Context(), "x", types.JSONPatchType,
		[]byte(`[{"op":"remove","path":"/metadata/finalizers"}]`), metav1.PatchOptions{})
	require.NoError(t, err)
	require.NoError(t, resp())
}

func TestServerRejects(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	r := e.resource("core/v1:Service", "bad")
	bad := object{"apiVersion": "v1", "kind": "Service", "metadata": object{"name": "bad"}, "spec": object{"ports": []any{object{"port": 99999}}}}
	_, err := r.previewed(bad)
	require.ErrorContains(t, err, "spec.ports[0].port: Invalid value: 99999", "the dry run finds it")
	require.ErrorContains(t, r.tryCreate(bad, 0), "was not successfully created by the Kubernetes API server")
	require.Empty(t, r.id)

	missing := configMap(nil, object{"name": "x", "namespace": "not-there-yet"})
	_, err = e.resource("core/v1:ConfigMap", "m").previewed(missing)
	require.NoError(t, err, "the namespace may come in the same update")

	unknown := e.resource("example.org/v1:Thing", "t")
	_, err = unknown.previewed(object{"apiVersion": "example.org/v1", "kind": "Thing"})
	require.NoError(t, err)
}

func TestRejectUnknownResources(t *testing.T) {
	t.Parallel()
	e := connected(t, map[string]string{"rejectUnknownResources": "true"})
	_, err := e.resource("example.org/v1:Thing", "t").tryCheck(properties(object{"apiVersion": "example.org/v1", "kind": "Thing"}))
	require.ErrorContains(t, err, "cluster does not support resource type 'example.org/v1, Kind=Thing'")
	e.resource("core/v1:ConfigMap", "t").check(properties(configMap(nil, nil)))
}

func TestDeprecatedTypes(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]string{
		"core/v1:Endpoints": "warning: v1/Endpoints is deprecated by discovery.k8s.io/v1/EndpointSlice.",
		"flowcontrol.apiserver.k8s.io/v1beta3:FlowSchema": `warning: apiVersion "flowcontrol.apiserver.k8s.io/v1beta3/FlowSchema" ` +
			`was removed in Kubernetes 1.32. Use "flowcontrol.apiserver.k8s.io/v1/FlowSchema" instead.`,
		"core/v1:ConfigMap": "",
	} {
		e := connected(t, nil)
		e.resource(token, "x").check(properties(object{"metadata": object{"name": "x"}}))
		assert.Equal(t, want, strings.Join(e.logged(), "\n"))
	}
}

func TestNamespaceIsWaitedForWhenCreating(t *testing.T) {
	t.Parallel()
	e := connected(t, nil)
	late := e.namespace + "-late"
	created := make(chan error, 1)
	r := e.resource("core/v1:ConfigMap", "early")
	go func() { created <- r.tryCreate(configMap(nil, object{"name": "early", "namespace": late}), 60) }()
	require.Eventually(t, func() bool { return strings.Contains(strings.Join(e.shown(), "\n"), "Retry #0") }, time.Minute, 20*time.Millisecond)
	_, err := e.clientset().CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: late}}, metav1.CreateOptions{})
	require.NoError(t, err)
	require.NoError(t, <-created)
	assert.Equal(t, late+"/early", r.id)
}

func TestKubectlsFieldsAreTakenOver(t *testing.T) {
	t.Parallel()
	e := connected(t, map[string]string{"enableConfigMapMutable": "true"})
	r := e.resource("core/v1:ConfigMap", "x")
	r.create(configMap(object{"a": "1"}, object{"name": "x"}))
	client := e.dynamic().Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Namespace(e.namespace)
	_, err := client.Apply(t.Context(), "x", &unstructured.Unstructured{Object: object{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": object{"name": "x"}, "data": object{"a": "kubectl"},
	}}, metav1.ApplyOptions{FieldManager: "kubectl", Force: true})
	require.NoError(t, err)
	r.update(configMap(object{"a": "2"}, object{"name": "x"}))
	assert.Equal(t, "2", at(r.state, "data.a"))
}
