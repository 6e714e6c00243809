package gateway

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/network"
)

// The names that the chart and Envoy Gateway give their pods, and the ports of those: the chart's templates and
// internal/infrastructure/kubernetes/proxy/resource.go, v1.9.0. A proxy listens on the Gateway's ports plus 10000.
const (
	controller     = "gateway-helm"
	certificateJob = "certgen"
	proxies        = "envoy"

	configPort  = 18000
	webhookPort = 9443
	statsPort   = 19001
	plainPort   = 10080
	tlsPort     = 10443
)

func (b *builder) values() pulumi.Map {
	controllers := min(b.args.Spec.Replicas, 2)
	return pulumi.Map{
		"deployment": pulumi.Map{
			"replicas":     pulumi.Int(controllers),
			"envoyGateway": pulumi.Map{"resources": charts.Requests("100m", "512Mi")},
		},
		"podDisruptionBudget": pulumi.Map{"minAvailable": pulumi.Int(controllers - 1)},
		"topologyInjector":    pulumi.Map{"enabled": pulumi.Bool(!b.args.Simulated)},
		"certgen": pulumi.Map{"job": pulumi.Map{
			"resources": charts.Requests("10m", "128Mi"),
			"pod":       pulumi.Map{"labels": pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(certificateJob)}},
		}},
	}
}

// pods is who reaches whom. What the proxies reach comes with the routes.
func pods() map[string]network.Rules {
	apiServer := []network.Peer{network.APIServer()}
	return map[string]network.Rules{
		controller:     {Ports: []int{configPort}, From: []network.Peer{Proxies()}, Open: []int{webhookPort}, To: apiServer},
		certificateJob: {To: apiServer},
		proxies: {
			Open: []int{plainPort, tlsPort},
			To:   []network.Peer{{Namespace: Namespace, App: controller, Ports: []int{configPort}}},
		},
	}
}
