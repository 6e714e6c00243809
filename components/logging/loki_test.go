package logging

import (
	"maps"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/plinth-iac/plinth/components/charts/chartstest"
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/tests/crds"
	"github.com/plinth-iac/plinth/tests/mocks"
)

func lokiValuesOf(t *testing.T, rec *mocks.Recording) map[string]any {
	t.Helper()
	return at(t, rec.Get(t, releaseType, "logging-loki").Inputs, "values").(map[string]any)
}

// TestLokiInABucket: each cloud's, in the words of Loki, under the identity of the pod.
func TestLokiInABucket(t *testing.T) {
	t.Parallel()
	for cloud, test := range map[string]struct {
		address, kind string
		storage       map[string]any
	}{
		"aws": {"s3://plinth-logs", "s3", map[string]any{
			"type": "s3", "bucketNames": map[string]any{"chunks": "plinth-logs", "ruler": "plinth-logs", "admin": "plinth-logs"},
		}},
		"gcp": {"gs://plinth-logs", "gcs", map[string]any{
			"type": "gcs", "bucketNames": map[string]any{"chunks": "plinth-logs", "ruler": "plinth-logs", "admin": "plinth-logs"},
		}},
		"azure": {"https://account.blob.core.windows.net/data", "azure", map[string]any{
			"type": "azure", "bucketNames": map[string]any{"chunks": "data", "ruler": "data", "admin": "data"},
			"azure": map[string]any{"accountName": "account", "useFederatedToken": true},
		}},
	} {
		t.Run(cloud, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				services := &addressed{address: test.address}
				rec := run(t, program(t, Spec{}, func(a *Args) { a.Services = services }))
				values := lokiValuesOf(t, rec)
				assert.Equal(t, test.storage, at(t, values, "loki", "storage"))
				schema := at(t, values, "loki", "schemaConfig", "configs").([]any)[0].(map[string]any)
				assert.Equal(t, test.kind, schema["object_store"])
				assert.Equal(t, test.kind, at(t, values, "loki", "compactor", "delete_request_store"))

				assert.Equal(t, cluster.BucketArgs{Protect: true}, services.Buckets["logging-loki"], "no age limit: Loki deletes itself")
				grant := services.Grants["logging-loki"]
				assert.Equal(t, "logging/loki", grant.Namespace+"/"+grant.ServiceAccount)
				require.Len(t, grant.Access, 1)
				assert.True(t, grant.Access[0].Write)
				account := at(t, values, "serviceAccount").(map[string]any)
				assert.Equal(t, "loki", account["name"])
				assert.Equal(t, map[string]any{"identity": "loki"}, account["annotations"])
				assert.Equal(t, map[string]any{"identity": "yes"}, at(t, values, "loki", "podLabels"))
				assert.False(t, rec.Has(claimType, "logging-loki"))
			})
		})
	}
	_, err := objectStorage("ftp://x")
	require.ErrorContains(t, err, `"ftp://x", allowed is s3://name`)
	_, err = objectStorage("https://account.blob.core.windows.net")
	require.Error(t, err, "a container is missing")
}

func TestLokiThreeTimes(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{Retention: 7}, func(a *Args) { a.Services = &addressed{address: "s3://b"} }))
	values := lokiValuesOf(t, rec)
	assert.EqualValues(t, 3, at(t, values, "singleBinary", "replicas"))
	assert.EqualValues(t, 3, at(t, values, "loki", "commonConfig", "replication_factor"))
	assert.Equal(t, "168h", at(t, values, "loki", "structuredConfig", "limits_config", "retention_period"))
	assert.Equal(t, true, at(t, values, "loki", "compactor", "retention_enabled"), "without it nothing is ever deleted")
	assert.Equal(t, map[string]any{"size": "10Gi", "whenDeleted": "Retain", "whenScaled": "Retain"}, at(t, values, "singleBinary", "persistence"))
	zone := at(t, values, "singleBinary", "topologySpreadConstraints").([]any)[0].(map[string]any)
	assert.Equal(t, "DoNotSchedule", zone["whenUnsatisfiable"])
	checkLokiValues(t, values)
}

// checkLokiValues checks all but bucketNames, which the chart demands (templates/_helpers.tpl, "Please define
// loki.storage.bucketNames.chunks") and shows in a comment of its values only.
func checkLokiValues(t *testing.T, values map[string]any) {
	t.Helper()
	known, loki := maps.Clone(values), maps.Clone(values["loki"].(map[string]any))
	storage := maps.Clone(loki["storage"].(map[string]any))
	delete(storage, "bucketNames")
	loki["storage"], known["loki"] = storage, loki
	chartstest.CheckValues(t, "loki", known)
}

func TestLokiOnAVolume(t *testing.T) {
	t.Parallel()
	for name, keep := range map[string]bool{"kept": true, "gone with the stack": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				rec := run(t, program(t, Spec{Storage: "20Gi"}, func(a *Args) { a.KeepData = keep }))
				values := lokiValuesOf(t, rec)
				checkLokiValues(t, values)
				assert.EqualValues(t, 1, at(t, values, "singleBinary", "replicas"), "one volume is one Loki's")
				assert.EqualValues(t, 1, at(t, values, "loki", "commonConfig", "replication_factor"))
				assert.Equal(t, false, at(t, values, "singleBinary", "persistence", "enabled"))
				volume := at(t, values, "singleBinary", "extraVolumes").([]any)[0].(map[string]any)
				assert.Equal(t, map[string]any{"claimName": "loki"}, volume["persistentVolumeClaim"])
				assert.Equal(t, "/var/loki", at(t, values, "singleBinary", "extraVolumeMounts").([]any)[0].(map[string]any)["mountPath"])

				claim := rec.Get(t, claimType, "logging-loki")
				size := mocks.As[*corev1.PersistentVolumeClaim](t, claim).Spec.Resources.Requests[corev1.ResourceStorage]
				assert.Equal(t, "20Gi", size.String())
				assert.Equal(t, keep, claim.Protect)
				assert.Equal(t, keep, rec.Get(t, namespaceType, "logging").Protect, "with a namespace go its claims")
			})
		})
	}
}

// TestLokiIsClosed: who reaches whom, and at which port.
func TestLokiIsClosed(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{}, func(a *Args) { a.Services, a.Monitoring = &addressed{address: "s3://b"}, nil }))
	assert.Equal(t, map[string]int{
		"alloy->loki:3100": 1, "grafana->loki:3100": 1, "loki->loki:7946": 1, "loki->loki:9095": 1,
	}, reached(t, rec, "logging-loki-loki", "logging-loki-ring"))
	assert.Empty(t, reached(t, rec, "logging-alloy-alloy"), "nobody asks a collector")
	assert.Empty(t, rec.ByType("kubernetes:monitoring.coreos.com/v1:PodMonitor"))
	assert.False(t, rec.Has(policyType, "logging-loki-metrics"), "no monitoring, no door for it")
	unseen := mocks.Up(t, program(t, Spec{}, func(a *Args) { a.Grafana = nil }))
	assert.NotContains(t, reached(t, unseen, "logging-loki-loki"), "grafana->loki:3100", "no Grafana, no door for it")

	levels := map[string]string{}
	for _, ns := range rec.ByType(namespaceType) {
		made := mocks.As[*corev1.Namespace](t, ns)
		levels[made.Name] = made.Labels["pod-security.kubernetes.io/enforce"]
	}
	assert.Equal(t, map[string]string{"logging": "restricted", "logging-agents": "privileged"}, levels)
}

// reached are the pairs that policies let in, by app and port.
func reached(t *testing.T, rec *mocks.Recording, policies ...string) map[string]int {
	t.Helper()
	pairs := map[string]int{}
	for _, name := range policies {
		policy := mocks.As[*networkingv1.NetworkPolicy](t, rec.Get(t, policyType, name)).Spec
		for _, rule := range policy.Ingress {
			for _, from := range rule.From {
				for _, port := range rule.Ports {
					pairs[from.PodSelector.MatchLabels["app.kubernetes.io/name"]+"->"+
						policy.PodSelector.MatchLabels["app.kubernetes.io/name"]+":"+port.Port.String()]++
				}
			}
		}
	}
	return pairs
}

func TestLokiIsThereAlready(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{Install: new(false)}, func(a *Args) { a.Services = &addressed{address: "s3://b"} }))
	assert.Empty(t, rec.ByType(releaseType))
	assert.Empty(t, rec.ByType(namespaceType))
	assert.True(t, rec.Has("kubernetes:monitoring.coreos.com/v1:PodMonitor", "logging-loki"), "it is watched over all the same")
	assert.Equal(t, "http://loki.logging.svc:3100", rec.Outputs["address"])
}

func TestLokiIsWatched(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{}, nil))
	for _, name := range []string{"logging-loki", "logging-alloy"} {
		for _, kind := range []string{"PodMonitor", "PrometheusRule"} {
			crds.Validate(t, rec.Get(t, "kubernetes:monitoring.coreos.com/v1:"+kind, name).Inputs)
		}
	}
}

func TestLokiIsShown(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{}, nil))
	source := mocks.As[*corev1.ConfigMap](t, rec.Get(t, "kubernetes:core/v1:ConfigMap", "logging-loki"))
	assert.Equal(t, "monitoring", source.Namespace)
	assert.Equal(t, "1", source.Labels["grafana_datasource"])
	assert.Contains(t, source.Data["loki.yaml"], `"url":"http://loki.logging.svc:3100"`)
	dark := mocks.Up(t, program(t, Spec{}, func(a *Args) { a.Grafana = nil }))
	assert.False(t, dark.Has("kubernetes:core/v1:ConfigMap", "logging-loki"))
}

// TestOrder: Loki starts once it has its disk and its policies, and Alloy beside it.
func TestOrder(t *testing.T) {
	t.Parallel()
	rec := mocks.Up(t, program(t, Spec{}, nil))
	assert.Contains(t, rec.Get(t, "plinth:charts:Installation", "logging-loki").Dependencies, rec.Get(t, claimType, "logging-loki").URN)
	release := rec.Get(t, releaseType, "logging-loki")
	assert.Contains(t, release.Dependencies, rec.Get(t, policyType, "logging-loki-loki").URN)
	assert.Contains(t, release.Dependencies, rec.Get(t, namespaceType, "logging").URN)
	assert.NotContains(t, rec.Get(t, releaseType, "logging-alloy").Dependencies, release.URN)
}
