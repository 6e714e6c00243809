package externalsecrets

import (
	"cmp"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/observe"
)

// The names that the charts give their pods, and the ports of those: the charts' templates, external-secrets 2.9.0 and reloader 2.2.16.
const (
	controller     = "external-secrets"
	webhook        = "external-secrets-webhook"
	certController = "external-secrets-cert-controller"
	reloader       = "reloader"
	webhookPort    = 10250
	metricsPort    = 8080
)

// values keep the definitions, and with them every secret, when the release goes.
func (b *builder) values(identity *cluster.Identity) pulumi.Map {
	replicas := cmp.Or(b.args.Replicas, 1)
	budget := pulumi.Map{"enabled": pulumi.Bool(replicas > 1), "minAvailable": pulumi.Int(1)}
	return pulumi.Map{
		"installCRDs":         pulumi.Bool(true),
		"crds":                pulumi.Map{"annotations": pulumi.StringMap{"helm.sh/resource-policy": pulumi.String("keep")}},
		"replicaCount":        pulumi.Int(replicas),
		"leaderElect":         pulumi.Bool(replicas > 1),
		"podDisruptionBudget": budget,
		"resources":           charts.Requests("20m", "256Mi"),
		"serviceAccount":      pulumi.Map{"annotations": identity.Annotations},
		"podLabels":           identity.PodLabels,
		// What nobody here uses may do nothing.
		"processClusterExternalSecret": pulumi.Bool(false),
		"processPushSecret":            pulumi.Bool(false),
		"processClusterPushSecret":     pulumi.Bool(false),
		"processClusterGenerator":      pulumi.Bool(false),
		"webhook": pulumi.Map{
			"create": pulumi.Bool(!b.args.Simulated), "replicaCount": pulumi.Int(replicas), "podDisruptionBudget": budget,
			"resources": charts.Requests("10m", "128Mi"),
		},
		"certController": pulumi.Map{"create": pulumi.Bool(!b.args.Simulated), "resources": charts.Requests("10m", "256Mi")},
	}
}

// reloaderValues let it read and roll in the namespaces of the platform's secrets alone.
func (b *builder) reloaderValues() pulumi.Map {
	return pulumi.Map{"reloader": pulumi.Map{
		"watchGlobally": pulumi.Bool(false), "namespaces": pulumi.ToStringArray(slices.Sorted(maps.Keys(b.args.Namespaces))),
		"reloadStrategy": pulumi.String("annotations"), "ignoreConfigMaps": pulumi.Bool(true), "logFormat": pulumi.String("json"),
		"readOnlyRootFileSystem": pulumi.Bool(true),
		"deployment": pulumi.Map{
			"resources": charts.Requests("10m", "256Mi"),
			"containerSecurityContext": pulumi.Map{
				"allowPrivilegeEscalation": pulumi.Bool(false), "capabilities": pulumi.Map{"drop": pulumi.ToStringArray([]string{"ALL"})},
			},
		},
	}}
}

func (b *builder) pods() map[string]network.Rules {
	apiServer := []network.Peer{network.APIServer()}
	return map[string]network.Rules{
		controller:     {To: append(network.CloudAPIs(), apiServer...)},
		webhook:        {Open: []int{webhookPort}, To: apiServer},
		certController: {To: append(apiServer, network.Peer{Namespace: Namespace, App: webhook, Ports: []int{webhookPort}})},
	}
}

// Alerts of secrets. Metrics: external-secrets v2.9.0, docs/api/metrics.md; their own label namespace
// is exported_namespace once scraped.
var Alerts = []observe.Alert{{
	Name: "SecretNotRefreshed", For: "15m", Severity: observe.Warning,
	Expr:    `externalsecret_status_condition{condition="Ready",status="False"} == 1`,
	Summary: "Secret {{ $labels.exported_namespace }}/{{ $labels.name }} could not be read from the cloud's store.",
	Remedy:  "Ask why: kubectl describe externalsecret. Pods go on with the value that they have; one that changed in the store does not reach them.",
}}
