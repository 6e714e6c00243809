package gateway

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
)

// accessLog has one line for each request. Paths are without their query, which may hold what is secret.
var accessLog = pulumi.StringMap{
	"time":          pulumi.String("%START_TIME%"),
	"request_id":    pulumi.String("%REQ(X-REQUEST-ID)%"),
	"client":        pulumi.String("%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"),
	"method":        pulumi.String("%REQ(:METHOD)%"),
	"host":          pulumi.String("%REQ(:AUTHORITY)%"),
	"path":          pulumi.String("%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%"),
	"protocol":      pulumi.String("%PROTOCOL%"),
	"status":        pulumi.String("%RESPONSE_CODE%"),
	"details":       pulumi.String("%RESPONSE_CODE_DETAILS%"),
	"flags":         pulumi.String("%RESPONSE_FLAGS%"),
	"bytes_in":      pulumi.String("%BYTES_RECEIVED%"),
	"bytes_out":     pulumi.String("%BYTES_SENT%"),
	"duration_ms":   pulumi.String("%DURATION%"),
	"upstream":      pulumi.String("%UPSTREAM_CLUSTER%"),
	"upstream_host": pulumi.String("%UPSTREAM_HOST%"),
	"user_agent":    pulumi.String("%REQ(USER-AGENT)%"),
}

// proxy is how the proxies run. They hold requests in memory, of which they have most.
func (b *builder) proxy() pulumi.Map {
	replicas := b.args.Spec.Replicas
	kubernetes := pulumi.Map{
		"envoyDeployment": pulumi.Map{
			"replicas":  pulumi.Int(replicas),
			"container": pulumi.Map{"resources": charts.Requests("200m", "1Gi")},
			"pod": pulumi.Map{"topologySpreadConstraints": pulumi.MapArray{pulumi.Map{
				"maxSkew": pulumi.Int(1), "topologyKey": pulumi.String("topology.kubernetes.io/zone"),
				"whenUnsatisfiable": pulumi.String("ScheduleAnyway"),
				"labelSelector":     pulumi.Map{"matchLabels": pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(proxies)}},
			}}},
		},
		"envoyService": pulumi.Map{
			"type": pulumi.String("LoadBalancer"), "externalTrafficPolicy": pulumi.String("Local"),
			"annotations": pulumi.ToStringMap(b.args.LoadBalancer),
		},
	}
	if replicas > 1 {
		kubernetes["envoyPDB"] = pulumi.Map{"maxUnavailable": pulumi.Int(1)}
		kubernetes["envoyHpa"] = pulumi.Map{"minReplicas": pulumi.Int(replicas), "maxReplicas": pulumi.Int(3 * replicas)}
	}
	return pulumi.Map{
		"provider": pulumi.Map{"type": pulumi.String("Kubernetes"), "kubernetes": kubernetes},
		"telemetry": pulumi.Map{"accessLog": pulumi.Map{"settings": pulumi.MapArray{pulumi.Map{
			"format": pulumi.Map{"type": pulumi.String("JSON"), "json": accessLog},
			"sinks":  pulumi.MapArray{pulumi.Map{"type": pulumi.String("File"), "file": pulumi.Map{"path": pulumi.String("/dev/stdout")}}},
		}}}},
	}
}
