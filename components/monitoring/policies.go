package monitoring

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/observe"
)

// The names that the chart, and the operator that it installs, give their pods, and the ports of those: kube-prometheus-stack 88.5.3
// and its parts' templates, and the operator's pkg/prometheus and pkg/alertmanager, v0.93.1.
const (
	release      = "kube-prometheus-stack"
	operator     = "kube-prometheus-stack-prometheus-operator"
	definitions  = "kube-prometheus-stack-crds"
	prometheus   = "prometheus"
	alertmanager = "alertmanager"
	grafana      = "grafana"
	stateMetrics = "kube-state-metrics"

	webhookPort      = 10250
	prometheusPort   = 9090
	alertmanagerPort = 9093
	gossipPort       = 9094
	reloaderPort     = 8080
	grafanaPort      = 3000
	statePort        = 8080
	nodePort         = 9100
	kubeletPort      = 10250
)

// pods is what each of them reaches, and who asks it beside Prometheus. Prometheus itself goes to whatever has a monitor and Grafana to
// whatever is a datasource, in any namespace: that they may is decided there. The operator's Jobs have the operator's name.
func (b *builder) pods() map[string]network.Rules {
	apiServer := []network.Peer{network.APIServer()}
	asks := network.Peer{Namespace: Namespace, App: grafana}
	webhook := []int{webhookPort}
	if b.args.Simulated {
		webhook = nil
	}
	return map[string]network.Rules{
		operator:    {Open: webhook, To: apiServer},
		definitions: {To: apiServer},
		prometheus: {
			Ports: []int{prometheusPort}, From: []network.Peer{asks},
			To: apiServer, AllPods: true, Reach: []int{kubeletPort, nodePort},
		},
		alertmanager: {
			Ports: []int{alertmanagerPort}, From: []network.Peer{asks, observe.Prometheus()}, Reach: b.args.Spec.Alerts.ports(),
		},
		grafana:      {To: apiServer, AllPods: true},
		stateMetrics: {To: apiServer},
	}
}

// doors are what Prometheus scrapes of the parts themselves, and what the Alertmanagers tell each other.
func (b *builder) doors(in pulumi.StringInput) ([]pulumi.Resource, error) {
	var made []pulumi.Resource
	for _, door := range []struct {
		app   string
		ports []int
	}{
		{prometheus, []int{prometheusPort, reloaderPort}},
		{alertmanager, []int{alertmanagerPort, reloaderPort}},
		{grafana, []int{grafanaPort}},
		{stateMetrics, []int{statePort}},
	} {
		policy, err := network.Allow(b.ctx, b.name+"-"+door.app+"-metrics", &network.Rules{
			Namespace: in, App: door.app, Ports: door.ports, From: []network.Peer{observe.Prometheus()},
		}, b.parent)
		if err != nil {
			return nil, err
		}
		made = append(made, policy)
	}
	gossip, err := network.AllowGossip(b.ctx, b.name+"-alertmanager-gossip", in, alertmanager, gossipPort, b.parent)
	if err != nil {
		return nil, err
	}
	return append(made, gossip), nil
}
