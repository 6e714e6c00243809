package tests

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/stacks/config"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// logged is a stack file of the repository with its logging said otherwise.
func logged(t testing.TB, stack string, logging any) map[string]any {
	t.Helper()
	values := readStackFile(t, stack)
	values["plinth:logging"] = logging
	return values
}

// lokiOn is the Loki of a stack on a cloud, and what it makes there to keep logs in.
func TestLokiOnEachCloud(t *testing.T) {
	t.Parallel()
	buckets := map[string]struct{ kind, typ string }{
		"aws": {"s3", "aws:s3/bucketV2:BucketV2"}, "gcp": {"gcs", "gcp:storage/bucket:Bucket"},
		"azure": {"azure", "azure-native:storage:BlobContainer"},
	}
	for _, stack := range []string{"stage", "prod"} {
		for cloud, bucket := range buckets {
			t.Run(stack+"-on-"+cloud, func(t *testing.T) {
				t.Parallel()
				mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
					values := logged(t, stack, "loki")
					values["plinth:cloud"] = cloud
					r := run(t, stacks.Platform, append(onCloud(t, stack, cloud), asConfig(t, values))...)
					assert.Equal(t, stack == "prod", r.Get(t, bucket.typ, "logging-loki").Protect)
					loki := r.Get(t, releaseType, "logging-loki").Inputs["values"].(map[string]any)
					replicas := map[string]float64{"stage": 1, "prod": 3}[stack]
					assert.EqualValues(t, replicas, loki["singleBinary"].(map[string]any)["replicas"])
					if storage, known := loki["loki"].(map[string]any)["storage"].(map[string]any); known {
						assert.Equal(t, bucket.kind, storage["type"])
						assert.NotEmpty(t, storage["bucketNames"].(map[string]any)["chunks"])
					}
					retention := map[string]string{"stage": "336h", "prod": "720h"}[stack]
					assert.Contains(t, loki["loki"].(map[string]any)["structuredConfig"].(map[string]any)["limits_config"], "retention_period")
					assert.Equal(t, retention, loki["loki"].(map[string]any)["structuredConfig"].(map[string]any)["limits_config"].(map[string]any)["retention_period"])
					assert.True(t, r.Has(releaseType, "logging-alloy"))
				})
			})
		}
	}
}

// On azure the pods need a label and the account an annotation, on the other clouds the binding alone.
func TestLokiHasItsCloudsIdentity(t *testing.T) {
	t.Parallel()
	values := logged(t, "prod", "loki")
	values["plinth:cloud"] = "azure"
	r := mocks.Up(t, stacks.Platform, append(onCloud(t, "prod", "azure"), asConfig(t, values))...)
	loki := r.Get(t, releaseType, "logging-loki").Inputs["values"].(map[string]any)
	assert.Equal(t, map[string]any{"azure.workload.identity/use": "true"}, loki["loki"].(map[string]any)["podLabels"])
	assert.Contains(t, loki["serviceAccount"].(map[string]any)["annotations"], "azure.workload.identity/client-id")
	assert.Equal(t, "system:serviceaccount:logging:loki",
		r.Get(t, "azure-native:managedidentity:FederatedIdentityCredential", "logging-loki-federation").Inputs["subject"])
}

func TestElasticOnEachCluster(t *testing.T) {
	t.Parallel()
	nodes := map[string]float64{"dev": 1, "stage": 1, "prod": 3}
	check := func(t *testing.T, stack string, r *mocks.Recording) {
		t.Helper()
		for typ, name := range map[string]string{
			"elasticsearch.k8s.elastic.co/v1:Elasticsearch": "elasticsearch", "kibana.k8s.elastic.co/v1:Kibana": "kibana",
			"beat.k8s.elastic.co/v1beta1:Beat": "filebeat",
		} {
			crds.Validate(t, r.Get(t, "kubernetes:"+typ, "logging-"+name).Inputs)
		}
		chartstest.CheckValues(t, "eck-operator", r.Get(t, releaseType, "logging-eck").Inputs["values"])
		elasticsearch := r.Get(t, "kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch", "logging-elasticsearch")
		set := elasticsearch.Inputs["spec"].(map[string]any)["nodeSets"].([]any)[0].(map[string]any)
		assert.EqualValues(t, nodes[stack], set["count"])
		assert.Equal(t, stack == "prod", elasticsearch.Protect)
		assert.False(t, r.Has(releaseType, "logging-loki"))
	}
	for _, stack := range environments {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				values := logged(t, stack, "elastic")
				values["plinth:cloud"] = "existing"
				delete(values, "plinth:region")
				check(t, stack, run(t, stacks.Platform, asConfig(t, values), mocks.WithStack(stack)))
			})
		})
	}
	for cloud := range clouds {
		t.Run("prod-on-"+cloud, func(t *testing.T) {
			t.Parallel()
			values := logged(t, "prod", "elastic")
			values["plinth:cloud"] = cloud
			check(t, "prod", mocks.Up(t, stacks.Platform, append(onCloud(t, "prod", cloud), asConfig(t, values))...))
		})
	}
}

// In a rehearsal prod's logs are on a volume, and nothing is waited for that only a running program does.
func TestLoggingInARehearsal(t *testing.T) {
	t.Parallel()
	r := mocks.Up(t, stacks.With(config.Rehearsal()), asConfig(t, logged(t, "prod", "loki")), mocks.WithStack("prod"))
	assert.True(t, r.Has("kubernetes:core/v1:PersistentVolumeClaim", "logging-loki"))
	r = mocks.Up(t, stacks.With(config.Rehearsal()), asConfig(t, logged(t, "prod", "elastic")), mocks.WithStack("prod"))
	beat := r.Get(t, "kubernetes:beat.k8s.elastic.co/v1beta1:Beat", "logging-filebeat").Inputs["metadata"].(map[string]any)
	assert.NotContains(t, beat, "annotations")
}

// Logs are seen where monitoring is, and nowhere else are there doors for it.
func TestLogsInGrafana(t *testing.T) {
	t.Parallel()
	for store, source := range map[string]string{"loki": "kubernetes:core/v1:ConfigMap", "elastic": "kubernetes:core/v1:Secret"} {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			name := map[string]string{"loki": "logging-loki", "elastic": "logging-elasticsearch"}[store]
			values := logged(t, "prod", store)
			values["plinth:monitoring"] = map[string]any{"enabled": false}
			dark := mocks.Up(t, stacks.With(config.Rehearsal()), asConfig(t, values), mocks.WithStack("prod"))
			assert.False(t, dark.Has(source, name))
			assert.Empty(t, dark.ByType("kubernetes:monitoring.coreos.com/v1:PrometheusRule"))
			values["plinth:monitoring"] = map[string]any{"enabled": true}
			r := mocks.Up(t, stacks.With(config.Rehearsal()), asConfig(t, values), mocks.WithStack("prod"))
			assert.Equal(t, "monitoring", r.Get(t, source, name).Inputs["metadata"].(map[string]any)["namespace"])
			rules := map[string]string{"loki": "logging-loki", "elastic": "logging-elastic"}[store]
			assert.True(t, r.Has("kubernetes:monitoring.coreos.com/v1:PrometheusRule", rules))
			overview := r.Get(t, "kubernetes:core/v1:ConfigMap", "dashboards-plinth-overview").Inputs["data"].(map[string]any)
			assert.Equal(t, store == "loki", strings.Contains(overview["plinth-overview.json"].(string), `"type":"loki"`), "the panel asks Loki")
			port := map[string]string{"loki": "logging/loki:3100", "elastic": "logging/elasticsearch:9200"}[store]
			require.Contains(t, strings.Join(pairs(t, r), "\n"), "monitoring/grafana -> "+port)
			assert.NotContains(t, strings.Join(pairs(t, dark), "\n"), "monitoring/grafana")
		})
	}
}
