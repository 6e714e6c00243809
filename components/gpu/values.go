package gpu

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/cluster"
)

// values put the exporter on GPU nodes and no others.
func (a *Args) values() pulumi.Map {
	values := pulumi.Map{
		"affinity": pulumi.Map{"nodeAffinity": pulumi.Map{"requiredDuringSchedulingIgnoredDuringExecution": pulumi.Map{
			"nodeSelectorTerms": pulumi.MapArray{pulumi.Map{"matchExpressions": pulumi.MapArray{pulumi.Map{
				"key": pulumi.String(cluster.GPULabel), "operator": pulumi.String("Exists"),
			}}}},
		}}},
		// Whatever else the pool is tainted with: it is there for each of its nodes.
		"tolerations": pulumi.MapArray{pulumi.Map{"operator": pulumi.String("Exists")}},
		"resources":   charts.Requests("50m", "512Mi"),
		// GKE takes the chart's own, system-node-critical, in kube-system only.
		"priorityClassName": pulumi.String(""),
		// Ours waits for the definition.
		"serviceMonitor": pulumi.Map{"enabled": pulumi.Bool(false)},
	}
	if a.Cloud == "gcp" {
		a.onGKE(values)
	}
	return values
}

// onGKE hands the exporter the driver, which elsewhere the container runtime of GPU nodes does: GKE keeps it in a directory of its own,
// and its devices are for privileged containers, or those that are given a GPU (cloud.google.com/kubernetes-engine/docs/how-to/gpus).
func (a *Args) onGKE(values pulumi.Map) {
	values["securityContext"] = pulumi.Map{
		"privileged": pulumi.Bool(true), "runAsNonRoot": pulumi.Bool(false), "runAsUser": pulumi.Int(0),
		// Which a privileged container cannot be without.
		"allowPrivilegeEscalation": pulumi.Bool(true),
	}
	values["extraHostVolumes"] = pulumi.MapArray{pulumi.Map{
		"name": pulumi.String("driver"), "hostPath": pulumi.String("/home/kubernetes/bin/nvidia"),
	}}
	values["extraVolumeMounts"] = pulumi.MapArray{
		// The chart's own, which a list of ours replaces.
		pulumi.Map{
			"name": pulumi.String("exporter-metrics-volume"), "mountPath": pulumi.String("/etc/dcgm-exporter/default-counters.csv"),
			"subPath": pulumi.String("default-counters.csv"),
		},
		pulumi.Map{"name": pulumi.String("driver"), "mountPath": pulumi.String("/usr/local/nvidia"), "readOnly": pulumi.Bool(true)},
	}
	values["extraEnv"] = pulumi.MapArray{pulumi.Map{
		"name": pulumi.String("LD_LIBRARY_PATH"), "value": pulumi.String("/usr/local/nvidia/lib64"),
	}}
}
