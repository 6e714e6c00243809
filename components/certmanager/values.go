package certmanager

import (
	"cmp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/network"
)

// The names that the chart gives its pods, and the ports of those: its templates, v1.21.1.
const (
	controller  = "cert-manager"
	webhook     = "webhook"
	injector    = "cainjector"
	apiCheck    = "startupapicheck"
	webhookPort = 10250
	metricsPort = 9402
)

// values keep the definitions, and with them every certificate, when the release goes.
func (b *builder) values(identity *cluster.Identity) pulumi.Map {
	replicas := cmp.Or(b.args.Replicas, 1)
	budget := pulumi.Map{"enabled": pulumi.Bool(replicas > 1), "maxUnavailable": pulumi.Int(1)}
	answering := pulumi.Map{
		"replicaCount": pulumi.Int(replicas), "podDisruptionBudget": budget, "resources": charts.Requests("10m", "64Mi"),
	}
	if b.args.Simulated {
		none := pulumi.Map{"namespaceSelector": pulumi.Map{"matchExpressions": pulumi.MapArray{pulumi.Map{
			"key": pulumi.String("plinth.dev/webhooks"), "operator": pulumi.String("Exists"),
		}}}}
		answering["validatingWebhookConfiguration"], answering["mutatingWebhookConfiguration"] = none, none
	}
	return pulumi.Map{
		"crds":   pulumi.Map{"enabled": pulumi.Bool(true), "keep": pulumi.Bool(true)},
		"global": pulumi.Map{"leaderElection": pulumi.Map{"namespace": pulumi.String(Namespace)}},
		// It does not start where the Gateway API is not there.
		"config":              pulumi.Map{"gatewayAPI": pulumi.Map{"enabled": pulumi.Bool(b.throughGateway())}},
		"replicaCount":        pulumi.Int(replicas),
		"podDisruptionBudget": budget,
		"resources":           charts.Requests("20m", "256Mi"),
		"serviceAccount":      pulumi.Map{"annotations": identity.Annotations},
		"podLabels":           identity.PodLabels,
		"webhook":             answering,
		"cainjector": pulumi.Map{
			"replicaCount": pulumi.Int(replicas), "podDisruptionBudget": budget, "resources": charts.Requests("10m", "256Mi"),
		},
		"startupapicheck": pulumi.Map{"enabled": pulumi.Bool(!b.args.Simulated), "resources": charts.Requests("10m", "64Mi")},
	}
}

// pods is what each of them reaches. The controller talks to Let's Encrypt and the cloud's DNS, and asks hosts the question that
// Let's Encrypt will ask, over plain HTTP.
func (b *builder) pods() map[string]network.Rules {
	apiServer := []network.Peer{network.APIServer()}
	reach := apiServer
	if b.args.Spec.Issuer != Private {
		reach = append(network.CloudAPIs(), network.Anywhere(80, 443, 6443))
	}
	return map[string]network.Rules{
		controller: {To: reach},
		webhook:    {Open: []int{webhookPort}, To: apiServer},
		injector:   {To: apiServer},
		apiCheck:   {To: apiServer},
	}
}

// throughGateway tells whether domains are proved through the gateway.
func (b *builder) throughGateway() bool { return b.args.Spec.Issuer != Private && b.args.Zone == nil }
