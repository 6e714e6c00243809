package logging

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	elasticsearchType = "kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch"
	kibanaType        = "kubernetes:kibana.k8s.elastic.co/v1:Kibana"
	beatType          = "kubernetes:beat.k8s.elastic.co/v1beta1:Beat"
)

func nodeSet(t *testing.T, rec *mocks.Recording) map[string]any {
	t.Helper()
	return at(t, rec.Get(t, elasticsearchType, "logging-elasticsearch").Inputs, "spec", "nodeSets").([]any)[0].(map[string]any)
}

func TestElastic(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, Spec{Store: Elastic}, nil))
		assert.False(t, rec.Has(releaseType, "logging-loki"), "instead of Loki and Alloy")
		assert.False(t, rec.Has(releaseType, "logging-alloy"))
		operator := rec.Get(t, releaseType, "logging-eck")
		for typ, name := range map[string]string{elasticsearchType: "elasticsearch", kibanaType: "kibana", beatType: "filebeat"} {
			object := rec.Get(t, typ, "logging-"+name)
			crds.Validate(t, object.Inputs)
			assert.Equal(t, "9.4.3", at(t, object.Inputs, "spec", "version"))
			assert.Contains(t, object.Dependencies, operator.URN, "it comes after its operator, and goes before")
			assert.NotEmpty(t, at(t, object.Inputs, "metadata", "annotations", "pulumi.com/waitFor"))
		}
		assert.Equal(t, "https://logs-es-http.logging.svc:9200", rec.Outputs["address"])
	})
}

func TestElasticsearch(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{Store: Elastic, Storage: "200Gi"}, nil))
	nodes := nodeSet(t, rec)
	assert.EqualValues(t, 3, nodes["count"])
	assert.Equal(t, false, at(t, nodes, "config", "node.store.allow_mmap"), "or else a privileged container is needed")
	claim := at(t, nodes, "volumeClaimTemplates").([]any)[0]
	assert.Equal(t, "elasticsearch-data", at(t, claim, "metadata", "name"), "the name that Elasticsearch's container mounts")
	assert.Equal(t, "200Gi", at(t, claim, "spec", "resources", "requests", "storage"))
	zone := at(t, nodes, "podTemplate", "spec", "topologySpreadConstraints").([]any)[0].(map[string]any)
	assert.Equal(t, "DoNotSchedule", zone["whenUnsatisfiable"])
	elasticsearch := rec.Get(t, elasticsearchType, "logging-elasticsearch")
	assert.Equal(t, "DeleteOnScaledownOnly", at(t, elasticsearch.Inputs, "spec", "volumeClaimDeletePolicy"))
	assert.True(t, elasticsearch.Protect)
	assert.EqualValues(t, 1, at(t, rec.Get(t, beatType, "logging-filebeat").Inputs,
		"spec", "config", "setup", "template", "settings", "index", "number_of_replicas"))

	small := mocks.Up(t, program(t, Spec{Store: Elastic}, func(a *Args) { a.Replicas, a.Zones, a.KeepData = 1, 0, false }))
	assert.EqualValues(t, 1, nodeSet(t, small)["count"])
	elasticsearch = small.Get(t, elasticsearchType, "logging-elasticsearch")
	assert.Equal(t, "DeleteOnScaledownAndClusterDeletion", at(t, elasticsearch.Inputs, "spec", "volumeClaimDeletePolicy"))
	assert.False(t, elasticsearch.Protect)
	assert.EqualValues(t, 0, at(t, small.Get(t, beatType, "logging-filebeat").Inputs,
		"spec", "config", "setup", "template", "settings", "index", "number_of_replicas"), "a copy has no second node to be on")
}

// TestElasticPodsAreRestricted: by Pod Security's own judgement, of what ECK keeps of these templates.
func TestElasticPodsAreRestricted(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{Store: Elastic}, nil))
	kibana := at(t, rec.Get(t, kibanaType, "logging-kibana").Inputs, "spec", "podTemplate", "spec", "securityContext")
	for _, context := range []any{at(t, nodeSet(t, rec), "podTemplate", "spec", "securityContext"), kibana} {
		security := context.(map[string]any)
		assert.Equal(t, true, security["runAsNonRoot"])
		assert.Equal(t, map[string]any{"type": "RuntimeDefault"}, security["seccompProfile"])
		assert.EqualValues(t, 1000, security["fsGroup"])
	}
	beat := at(t, rec.Get(t, beatType, "logging-filebeat").Inputs, "spec", "daemonSet", "podTemplate", "spec").(map[string]any)
	assert.NotContains(t, beat, "hostNetwork", "network policies do not hold there")
	container := at(t, beat, "containers").([]any)[0]
	assert.Equal(t, map[string]any{"drop": []any{"ALL"}}, at(t, container, "securityContext", "capabilities"))
	for _, m := range at(t, container, "volumeMounts").([]any) {
		assert.Equal(t, true, m.(map[string]any)["readOnly"], m)
	}
}

func TestElasticOperatorHasFewRights(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{Store: Elastic}, nil))
	operator := rec.Get(t, releaseType, "logging-eck")
	values := at(t, operator.Inputs, "values").(map[string]any)
	chartstest.CheckValues(t, "eck-operator", values)
	assert.Equal(t, []any{"logging", "logging-agents"}, values["managedNamespaces"])
	assert.Equal(t, false, values["createClusterScopedResources"])
	assert.Equal(t, false, at(t, values, "webhook", "enabled"), "which its chart refuses without rights in the whole cluster")
	assert.Equal(t, false, at(t, values, "config", "validateStorageClass"), "and this too")
	for _, namespace := range []string{"logging", "logging-agents"} {
		assert.Contains(t, operator.PropertyDependencies["values"], rec.Get(t, namespaceType, namespace).URN, "its roles are in there")
	}

	role := mocks.As[*rbacv1.ClusterRole](t, rec.Get(t, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "logging-filebeat"))
	for _, rule := range role.Rules {
		assert.NotContains(t, rule.Resources, "secrets")
		assert.Equal(t, []string{"get", "list", "watch"}, rule.Verbs)
	}
}

func TestElasticRetention(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{Store: Elastic, Retention: 7}, nil))
	config := mocks.As[*corev1.ConfigMap](t, rec.Get(t, "kubernetes:core/v1:ConfigMap", "logging-lifecycle"))
	var policy map[string]any
	require.NoError(t, json.Unmarshal([]byte(config.Data["policy.json"]), &policy))
	assert.Equal(t, "7d", at(t, policy, "policy", "phases", "delete", "min_age"))
	beat := rec.Get(t, beatType, "logging-filebeat").Inputs
	ilm := at(t, beat, "spec", "config", "setup", "ilm").(map[string]any)
	assert.Equal(t, true, ilm["overwrite"], "or a change would have no effect")
	assert.Equal(t, "/etc/lifecycle/policy.json", ilm["policy_file"])
	mounts := at(t, at(t, beat, "spec", "daemonSet", "podTemplate", "spec", "containers").([]any)[0], "volumeMounts").([]any)
	assert.Equal(t, map[string]any{"name": "lifecycle", "mountPath": "/etc/lifecycle", "readOnly": true}, mounts[2])
}

func TestElasticIsClosed(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{Store: Elastic}, func(a *Args) { a.Monitoring, a.Grafana = nil, nil }))
	assert.Equal(t, map[string]int{
		"elastic-operator->elasticsearch:9200": 1, "kibana->elasticsearch:9200": 1, "filebeat->elasticsearch:9200": 1,
		"elasticsearch->elasticsearch:9300": 1,
	}, reached(t, rec, "logging-elasticsearch", "logging-elasticsearch-nodes", "logging-kibana", "logging-filebeat", "logging-eck-elastic-operator"))
	assert.Empty(t, rec.ByType(secretType))
	assert.NotContains(t, rec.Get(t, elasticsearchType, "logging-elasticsearch").Inputs["spec"], "auth")
}

// TestElasticRequests: what the gateway's proxies print is taken apart, and nothing where there is no gateway.
func TestElasticRequests(t *testing.T) {
	t.Parallel()
	config := func(change func(*Args)) map[string]any {
		rec := mocks.Up(t, program(t, Spec{Store: Elastic}, change))
		return at(t, rec.Get(t, beatType, "logging-filebeat").Inputs, "spec", "config").(map[string]any)
	}
	fields := at(t, config(nil)["processors"].([]any)[0], "decode_json_fields").(map[string]any)
	assert.Equal(t, []any{
		map[string]any{"equals": map[string]any{"kubernetes.namespace": "envoy-gateway-system"}},
		map[string]any{"equals": map[string]any{"kubernetes.labels.app_kubernetes_io/name": "envoy"}},
	}, at(t, fields, "when", "and"))
	without := config(func(a *Args) { a.JSON = network.Peer{} })
	assert.NotContains(t, without, "processors")
	provider := at(t, without, "filebeat", "autodiscover", "providers").([]any)[0]
	assert.NotContains(t, provider, "hints", "by which a pod's annotation has Filebeat read any file")
}

// TestElasticReader: Grafana has a user of its own, whose password stays a secret.
func TestElasticReader(t *testing.T) {
	t.Parallel()
	mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
		rec := run(t, program(t, Spec{Store: Elastic}, nil))
		assert.Equal(t, map[string]any{
			"fileRealm": []any{map[string]any{"secretName": "reader-user"}}, "roles": []any{map[string]any{"secretName": "reader-role"}},
		}, at(t, rec.Get(t, elasticsearchType, "logging-elasticsearch").Inputs, "spec", "auth"))
		assert.Contains(t, reached(t, rec, "logging-elasticsearch"), "grafana->elasticsearch:9200")
	})
	rec := mocks.Up(t, program(t, Spec{Store: Elastic}, nil))
	user := mocks.As[*corev1.Secret](t, rec.Get(t, secretType, "logging-reader-user")).StringData
	assert.Equal(t, "reader", user["username"])
	assert.Equal(t, "reader", user["roles"])
	assert.NotEmpty(t, user["password"])
	role := mocks.As[*corev1.Secret](t, rec.Get(t, secretType, "logging-reader-role")).StringData["roles.yml"]
	assert.Contains(t, role, `names: ["filebeat-*"]`)
	assert.NotContains(t, role, "write")
	source := mocks.As[*corev1.Secret](t, rec.Get(t, secretType, "logging-elasticsearch"))
	assert.Equal(t, "monitoring", source.Namespace)
	assert.Contains(t, source.StringData["elasticsearch.yaml"], user["password"])
}

func TestElasticIsThereAlready(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{Store: Elastic, Install: new(false)}, nil))
	assert.Empty(t, rec.ByType(releaseType))
	assert.True(t, rec.Has(elasticsearchType, "logging-elasticsearch"))
}

func TestElasticSimulated(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{Store: Elastic}, func(a *Args) { a.Simulated = true }))
	for typ, name := range map[string]string{elasticsearchType: "elasticsearch", kibanaType: "kibana", beatType: "filebeat"} {
		assert.NotContains(t, rec.Get(t, typ, "logging-"+name).Inputs["metadata"], "annotations", "nobody would make it ready")
	}
}

func TestElasticIsWatched(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{Store: Elastic}, nil))
	crds.Validate(t, rec.Get(t, "kubernetes:monitoring.coreos.com/v1:PrometheusRule", "logging-elastic").Inputs)
	assert.Empty(t, rec.ByType("kubernetes:monitoring.coreos.com/v1:PodMonitor"), "Elasticsearch has no metrics that Prometheus understands")
}
