package logging

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/dataservice"
)

// keptDisk is that of a Loki whose logs are in a bucket: what it has not written there yet, and parts of the index.
const keptDisk = "10Gi"

// lokiValues are Loki's as one program. Its caches beside it are off: each would ask for gigabytes, and Loki has small ones in itself.
// Off too are what is for many tenants, and what logs in to test itself.
func (b *builder) lokiValues(disk *disk) pulumi.Map {
	off := pulumi.Map{"enabled": pulumi.Bool(false)}
	none := pulumi.Map{"replicas": pulumi.Int(0)}
	return pulumi.Map{
		"deploymentMode": pulumi.String("SingleBinary"),
		"loki":           b.lokiConfig(disk),
		"singleBinary":   b.lokiPods(disk),
		"read":           none, "write": none, "backend": none,
		"serviceAccount": pulumi.Map{
			"name": pulumi.String(lokiApp), "annotations": disk.identity.Annotations, "automountServiceAccountToken": pulumi.Bool(false),
		},
		"rbac":    pulumi.Map{"namespaced": pulumi.Bool(true)},
		"gateway": off, "chunksCache": off, "resultsCache": off, "lokiCanary": off, "test": off, "ruler": off,
		"sidecar": pulumi.Map{"rules": off},
	}
}

// lokiConfig is Loki's own. Replicas each take every log, so that a query answered by two is whole.
func (b *builder) lokiConfig(disk *disk) pulumi.Map {
	return pulumi.Map{
		// There is one tenant, the platform; who may connect is for the network policies.
		"auth_enabled": pulumi.Bool(false),
		"commonConfig": pulumi.Map{"replication_factor": pulumi.Int(b.lokiReplicas())},
		"storage":      disk.storage,
		"schemaConfig": pulumi.Map{"configs": pulumi.MapArray{pulumi.Map{
			"from": pulumi.String("2024-04-01"), "store": pulumi.String("tsdb"), "object_store": disk.kind, "schema": pulumi.String("v13"),
			"index": pulumi.Map{"prefix": pulumi.String("index_"), "period": pulumi.String("24h")},
		}}},
		"compactor": pulumi.Map{
			"working_directory": pulumi.String("/var/loki/compactor"), "retention_enabled": pulumi.Bool(true), "delete_request_store": disk.kind,
		},
		"ingester": pulumi.Map{
			"chunk_encoding": pulumi.String("snappy"),
			// What is read again after a crash has to fit in memory.
			"wal": pulumi.Map{"replay_memory_ceiling": pulumi.String(fmt.Sprintf("%dMB", b.lokiMemory()/2))},
		},
		"structuredConfig": pulumi.Map{"limits_config": pulumi.Map{
			"retention_period": pulumi.String(fmt.Sprintf("%dh", 24*b.args.Spec.Retention)),
			// The limits protect tenants from each other. Here they protect from a flood that no disk would hold.
			"ingestion_rate_mb": pulumi.Int(16), "ingestion_burst_size_mb": pulumi.Int(32),
		}},
		"analytics":          pulumi.Map{"reporting_enabled": pulumi.Bool(false)},
		"enableServiceLinks": pulumi.Bool(false),
		"podLabels":          disk.identity.PodLabels,
		"podSecurityContext": pulumi.Map{"seccompProfile": pulumi.Map{"type": pulumi.String("RuntimeDefault")}},
	}
}

// lokiMemory is in MiB.
func (b *builder) lokiMemory() int {
	if b.lokiReplicas() > 1 {
		return 2048
	}
	return 1024
}

func (b *builder) lokiPods(disk *disk) pulumi.Map {
	pods := pulumi.Map{
		"replicas":  pulumi.Int(b.lokiReplicas()),
		"resources": charts.Requests("200m", fmt.Sprintf("%dMi", b.lokiMemory())),
		// The chart's own would leave a replica without a node where there are fewer nodes than replicas.
		"affinity": pulumi.Map{"podAntiAffinity": pulumi.Map{
			"requiredDuringSchedulingIgnoredDuringExecution": pulumi.Array{},
		}},
		"topologySpreadConstraints": dataservice.Spread("app.kubernetes.io/name", lokiApp, b.args.Zones),
	}
	if disk.claim != nil {
		pods["persistence"] = pulumi.Map{"enabled": pulumi.Bool(false)}
		pods["extraVolumes"] = pulumi.MapArray{pulumi.Map{
			"name": pulumi.String("storage"), "persistentVolumeClaim": pulumi.Map{"claimName": disk.claim},
		}}
		pods["extraVolumeMounts"] = pulumi.MapArray{mount("storage", "/var/loki", false)}
		return pods
	}
	end := pulumi.String("Delete")
	if b.args.KeepData {
		end = "Retain"
	}
	pods["persistence"] = pulumi.Map{"size": pulumi.String(keptDisk), "whenDeleted": end, "whenScaled": end}
	return pods
}
