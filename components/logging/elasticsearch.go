package logging

import (
	"cmp"
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/dataservice"
)

const (
	// elasticVersion of Elasticsearch, Kibana and Filebeat: the one that ECK 3.5.0 is tested with and has in its recipes,
	// config/recipes/beats, 2026-07-24.
	elasticVersion = "9.4.3"
	// elasticUser is the user of Elastic's images.
	elasticUser = 1000
)

// elasticParts come up beside each other: the operator makes them known to each other as they come.
func (b *builder) elasticParts(after []pulumi.Resource) error {
	users, err := b.reader()
	if err != nil {
		return err
	}
	err = b.newElastic(elasticsearchKind, b.store, b.elasticsearch(users), after,
		pulumi.Protect(b.args.KeepData), pulumi.RetainOnDelete(b.args.KeepData))
	if err != nil {
		return err
	}
	if err := b.newElastic(kibanaKind, b.store, b.kibana(), after); err != nil {
		return err
	}
	return b.filebeat(after)
}

func (b *builder) elasticNodes() int { return cmp.Or(b.args.Replicas, 1) }

// elasticMemory of a node; Elasticsearch takes half of it for itself, and the files' cache has the rest.
func (b *builder) elasticMemory() string {
	if b.elasticNodes() > 1 {
		return "4Gi"
	}
	return "2Gi"
}

// elasticsearch is the store, with users beside ECK's own.
func (b *builder) elasticsearch(users pulumi.Map) pulumi.Map {
	disks := pulumi.String("DeleteOnScaledownAndClusterDeletion")
	if b.args.KeepData {
		disks = "DeleteOnScaledownOnly"
	}
	spec := pulumi.Map{
		"version":                 pulumi.String(elasticVersion),
		"volumeClaimDeletePolicy": disks,
		"nodeSets": pulumi.MapArray{pulumi.Map{
			"name": pulumi.String("default"), "count": pulumi.Int(b.elasticNodes()),
			"config": pulumi.Map{
				// Else nodes would need another vm.max_map_count, which only a privileged container could set.
				"node.store.allow_mmap": pulumi.Bool(false),
				// What it would fetch from the internet, which it does not reach.
				"ingest.geoip.downloader.enabled": pulumi.Bool(false),
			},
			"volumeClaimTemplates": pulumi.MapArray{pulumi.Map{
				"metadata": pulumi.Map{"name": pulumi.String("elasticsearch-data")},
				"spec": pulumi.Map{
					"accessModes": pulumi.ToStringArray([]string{"ReadWriteOnce"}),
					"resources":   pulumi.Map{"requests": pulumi.StringMap{"storage": pulumi.String(b.args.Spec.Storage)}},
				},
			}},
			"podTemplate": elasticPod(elasticApp, "250m", b.elasticMemory(), pulumi.Map{
				"topologySpreadConstraints": dataservice.Spread("elasticsearch.k8s.elastic.co/cluster-name", elasticsearchKind.object, b.args.Zones),
			}),
		}},
	}
	if users != nil {
		spec["auth"] = users
	}
	return spec
}

// kibana shows the logs, to whoever may forward a port to it and has a password.
func (b *builder) kibana() pulumi.Map {
	return pulumi.Map{
		"version": pulumi.String(elasticVersion), "count": pulumi.Int(1),
		"elasticsearchRef": pulumi.Map{"name": pulumi.String(elasticsearchKind.object)},
		"config": pulumi.Map{
			"telemetry.optIn": pulumi.Bool(false), "newsfeed.enabled": pulumi.Bool(false), // the internet, again
		},
		"podTemplate": elasticPod(kibanaApp, "100m", "1Gi", nil),
	}
}

// elasticPod is the template of pods of an app, which is also their container's name.
func elasticPod(app, cpu, memory string, more pulumi.Map) pulumi.Map {
	spec := pulumi.Map{
		"securityContext": charts.RestrictedPod(elasticUser),
		"containers":      pulumi.MapArray{pulumi.Map{"name": pulumi.String(app), "resources": charts.Requests(cpu, memory)}},
	}
	maps.Copy(spec, more)
	return pulumi.Map{
		"metadata": pulumi.Map{"labels": pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(app)}},
		"spec":     spec,
	}
}
