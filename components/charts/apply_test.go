package charts_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	k8sapps "k8s.io/api/apps/v1"
	k8snet "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const operatorName = "rabbitmq-cluster-operator"

// apply is a program that applies a manifest and makes something after it.
func apply(t *testing.T, args charts.ApplyArgs) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		provider := pulumi.Provider(mocks.Kubernetes(t, ctx))
		args.Manifest = charts.RabbitMQClusterOperator
		args.Pods = map[string]network.Rules{operatorName: {Open: []int{9443}}}
		made, err := charts.Apply(ctx, "operator", &args, provider)
		if err != nil {
			return err
		}
		_, err = corev1.NewConfigMap(ctx, "later", &corev1.ConfigMapArgs{}, provider, pulumi.Parent(made), pulumi.DependsOn(made.Ready))
		return err
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	mirror := chartstest.Manifests(t, "rabbits", charts.RabbitMQClusterOperator)
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, apply(t, charts.ApplyArgs{Namespace: "rabbits", Mirror: mirror}))

		assert.Len(t, rec.ByType(namespaceType), 1, "the manifest's own, which would be open, is left out")
		definition := rec.Get(t, "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
			"operator-customresourcedefinition-rabbitmq-cluster-operator.example.com")
		account := rec.Get(t, "kubernetes:core/v1:ServiceAccount", "operator-serviceaccount-"+operatorName)
		deployment := rec.Get(t, "kubernetes:apps/v1:Deployment", "operator-deployment-"+operatorName)
		webhook := rec.Get(t, "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration",
			"operator-validatingwebhookconfiguration-"+operatorName)
		policy := rec.Get(t, policyType, "operator-"+operatorName)
		assert.Contains(t, definition.Dependencies, policy.URN)
		assert.Contains(t, account.Dependencies, definition.URN)
		assert.Contains(t, deployment.Dependencies, account.URN)
		assert.Contains(t, webhook.Dependencies, deployment.URN)
		later := rec.Get(t, "kubernetes:core/v1:ConfigMap", "later")
		assert.Contains(t, later.Dependencies, webhook.URN)

		assert.True(t, definition.RetainOnDelete)
		assert.False(t, deployment.RetainOnDelete)
		assert.Equal(t, "rabbits", mocks.As[*k8sapps.Deployment](t, deployment).Namespace)
		assert.Equal(t, "rabbits", mocks.As[*k8snet.NetworkPolicy](t, policy).Namespace)
	})
}

func TestApplyWithoutWebhooks(t *testing.T) {
	t.Parallel()
	mirror := chartstest.Manifests(t, "rabbits", charts.RabbitMQClusterOperator)
	rec := mocks.Up(t, apply(t, charts.ApplyArgs{Namespace: "rabbits", Mirror: mirror, WithoutWebhooks: true, In: pulumi.String("rabbits")}))
	for _, name := range rec.Names() {
		assert.NotContains(t, name, "admissionregistration")
		assert.NotContains(t, name, "cert-manager")
		assert.NotContains(t, name, namespaceType)
	}
	assert.True(t, rec.Has("kubernetes:apps/v1:Deployment", "operator-deployment-"+operatorName))
}

func TestApplyRefusesAnotherNamespace(t *testing.T) {
	t.Parallel()
	mirror := chartstest.Manifests(t, "rabbits", charts.RabbitMQClusterOperator)
	err := mocks.Fail(t, apply(t, charts.ApplyArgs{Namespace: "warrens", Mirror: mirror}))
	assert.ErrorContains(t, err, `is in the namespace "rabbits", allowed is "warrens" only`)
}

func TestManifestAddress(t *testing.T) {
	t.Parallel()
	m := charts.RabbitMQClusterOperator
	for mirror, want := range map[string]string{
		"":                           m.URL,
		"https://mirror.example/x/":  "https://mirror.example/x/" + m.Name + "-" + m.Version + ".yaml",
		"file:///srv/charts":         "file:///srv/charts/" + m.Name + "-" + m.Version + ".yaml",
		"oci://registry.example.com": "",
	} {
		got, err := m.Address(mirror)
		assert.Equal(t, want, got)
		if want == "" {
			assert.ErrorContains(t, err, "set plinth:charts to an https or file base")
		} else {
			assert.NoError(t, err)
		}
	}
}

func TestManifestsArePinned(t *testing.T) {
	t.Parallel()
	for _, m := range []charts.Manifest{charts.RabbitMQClusterOperator, charts.RabbitMQTopologyOperator} {
		assert.Regexp(t, `^v[0-9]+\.[0-9]+\.[0-9]+$`, m.Version, m.Name)
		assert.Contains(t, m.URL, "/releases/download/"+m.Version+"/", "the address must be that of the version")
	}
}

func TestManifestObjects(t *testing.T) {
	t.Parallel()
	file := "/" + charts.RabbitMQClusterOperator.Name + "-" + charts.RabbitMQClusterOperator.Version + ".yaml"
	serve := func(status int, text string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != file {
				status = http.StatusNotFound
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(text))
		}))
		t.Cleanup(server.Close)
		return server.URL
	}

	objects, err := charts.RabbitMQClusterOperator.Objects(serve(http.StatusOK, "---\nkind: A\nmetadata: {name: a}\n---\n\n---\nkind: B\nmetadata: {name: b}\n"))
	require.NoError(t, err)
	require.Len(t, objects, 2)
	assert.Equal(t, "B", objects[1].GetKind())

	for name, c := range map[string]struct{ mirror, want string }{
		"not there":   {serve(http.StatusNotFound, ""), "found 404 Not Found, want 200 OK"},
		"no yaml":     {serve(http.StatusOK, "kind: ["), "reading the manifest"},
		"a web page":  {serve(http.StatusOK, "<html>"), "reading the manifest"},
		"no objects":  {serve(http.StatusOK, "a: 1"), "without kind or name"},
		"no file":     {"file://" + t.TempDir(), "put " + charts.RabbitMQClusterOperator.URL + " there"},
		"no server":   {"http://127.0.0.1:1", "set plinth:charts to a mirror"},
		"a directory": {"file://" + directory(t, file), "reading the manifest"},
	} {
		_, err := charts.RabbitMQClusterOperator.Objects(c.mirror)
		assert.ErrorContains(t, err, c.want, name)
	}
}

func directory(t *testing.T, file string) string {
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, strings.TrimPrefix(file, "/")), 0o700))
	return folder
}
