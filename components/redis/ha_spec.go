package redis

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/dataservice"
)

// replication is the servers.
func (h *haServers) replication() pulumi.Map {
	kubernetes := h.kubernetes()
	kubernetes["resources"] = charts.Requests(string(h.spec.CPU), string(h.spec.Memory))
	spec := h.common(h.name)
	spec["clusterSize"] = pulumi.Int(h.spec.Instances)
	spec["kubernetesConfig"] = kubernetes
	spec["redisConfig"] = pulumi.Map{"additionalRedisConfig": h.config.Metadata.Name().Elem()}
	spec["acl"] = pulumi.Map{"secret": pulumi.Map{
		"secretName": h.secret.Metadata.Name().Elem(), "defaultMode": pulumi.Int(0o440),
		"items": pulumi.Array{pulumi.Map{"key": pulumi.String(haUsersFile), "path": pulumi.String("user.acl")}},
	}}
	spec["storage"] = pulumi.Map{
		"keepAfterDelete": pulumi.Bool(h.args.KeepData),
		"volumeClaimTemplate": pulumi.Map{"spec": pulumi.Map{
			"accessModes": pulumi.ToStringArray([]string{"ReadWriteOnce"}),
			"resources":   pulumi.Map{"requests": pulumi.Map{"storage": pulumi.String(h.spec.Storage)}},
		}},
	}
	spec["redisExporter"] = pulumi.Map{
		"enabled": pulumi.Bool(true), "image": pulumi.String(exporterImage), "port": pulumi.Int(metricsPort),
		"imagePullPolicy": pulumi.String("IfNotPresent"), "resources": charts.Requests("10m", "64Mi"),
		"securityContext": charts.RestrictedContainer(),
	}
	// A server that still loads its data, or runs a long script, is alive: killed, it would start over.
	spec["livenessProbe"] = h.probe(haAlive)
	// Asked to stop, Redis saves a last snapshot.
	spec["terminationGracePeriodSeconds"] = pulumi.Int(120)
	return spec
}

// sentinel is the three that watch the servers.
func (h *haServers) sentinel() pulumi.Map {
	kubernetes := h.kubernetes()
	kubernetes["resources"] = charts.Requests("50m", "64Mi")
	spec := h.common(h.name + "-sentinel")
	spec["clusterSize"] = pulumi.Int(sentinels)
	spec["kubernetesConfig"] = kubernetes
	spec["redisSentinelConfig"] = pulumi.Map{
		"redisReplicationName": pulumi.String(h.name), "masterGroupName": pulumi.String(sentinelMaster),
		"quorum": pulumi.String(fmt.Sprint(sentinels/2 + 1)), "parallelSyncs": pulumi.String("1"),
		// Gone for 5 seconds, the primary is replaced; a failover that takes longer than a minute is tried again.
		"downAfterMilliseconds": pulumi.String("5000"), "failoverTimeout": pulumi.String("60000"),
		"redisReplicationPassword": pulumi.Map{"secretKeyRef": h.secretKey()},
	}
	return spec
}

// common is what the pods of both have.
func (h *haServers) common(app string) pulumi.Map {
	spec := pulumi.Map{
		"podSecurityContext": charts.RestrictedPod(user),
		"securityContext":    charts.RestrictedContainer(),
		// It stays off: the operator takes its security context for the init container that writes the configuration.
		"initContainer": pulumi.Map{
			"enabled": pulumi.Bool(false), "image": pulumi.String(image), "securityContext": charts.RestrictedContainer(),
		},
		"serviceAccountName":        pulumi.String(h.name),
		"topologySpreadConstraints": dataservice.Spread(appLabel, app, h.args.Zones),
		"readinessProbe":            timing(),
		"livenessProbe":             timing(),
	}
	if h.args.PriorityClass != "" {
		spec["priorityClassName"] = pulumi.String(h.args.PriorityClass)
	}
	if h.tls != nil {
		spec["TLS"] = pulumi.Map{
			"ca": pulumi.String(caKey), "cert": pulumi.String("tls.crt"), "key": pulumi.String("tls.key"),
			"secret": pulumi.Map{"secretName": h.tls.Metadata.Name().Elem(), "defaultMode": pulumi.Int(0o440)},
		}
	}
	return spec
}

func (h *haServers) kubernetes() pulumi.Map {
	return pulumi.Map{
		"image": pulumi.String(image), "imagePullPolicy": pulumi.String("IfNotPresent"),
		"redisSecret": h.secretKey(),
	}
}

func (h *haServers) secretKey() pulumi.Map {
	return pulumi.Map{"name": h.secret.Metadata.Name().Elem(), "key": pulumi.String(passwordKey)}
}

// haAlive is alive for mode ha, where the operator gives the password and the certificate's files in the environment.
const haAlive = `reply=$(timeout 4 redis-cli ${TLS_MODE:+--tls --cacert "$REDIS_TLS_CA_CERT"} ping 2>&1); ` +
	`case "$reply" in PONG|LOADING*|BUSY*|MASTERDOWN*) ;; *) echo "$reply"; exit 1;; esac`

func (h *haServers) probe(script string) pulumi.Map {
	probe := timing()
	probe["exec"] = pulumi.Map{"command": pulumi.ToStringArray([]string{"sh", "-c", script})}
	return probe
}

// timing leaves to the operator what is asked.
func timing() pulumi.Map {
	return pulumi.Map{"periodSeconds": pulumi.Int(10), "timeoutSeconds": pulumi.Int(5), "failureThreshold": pulumi.Int(6)}
}
