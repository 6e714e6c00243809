package logging

import (
	"cmp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/observe"
)

// The names that the chart gives its pods and their container, and their ports: its templates, 7.3.0.
const (
	lokiApp    = "loki"
	lokiPort   = 3100
	ringPort   = 7946
	workerPort = 9095
)

// lokiStore is Loki as who reaches it names it.
var lokiStore = network.Peer{Namespace: Namespace, App: lokiApp, Ports: []int{lokiPort}}

// loki makes the store and its collectors, which wait for each other when they run.
func (b *builder) loki() error {
	b.self.Address = "http://loki." + Namespace + ".svc:3100"
	b.store, b.agents = pulumi.String(Namespace), pulumi.String(AgentsNamespace)
	if *b.args.Spec.Install {
		if err := b.namespaces(); err != nil {
			return err
		}
		if err := b.installLoki(); err != nil {
			return err
		}
		if err := b.installAlloy(); err != nil {
			return err
		}
	}
	if err := b.lokiDatasource(); err != nil {
		return err
	}
	return b.watchLoki()
}

func (b *builder) installLoki() error {
	disk, err := b.disk()
	if err != nil {
		return err
	}
	// Its parts talk to each other, also where it runs once.
	itself := network.Peer{Namespace: Namespace, App: lokiApp, Ports: []int{ringPort, workerPort}}
	if _, err := network.Allow(b.ctx, b.name+"-loki-ring", &network.Rules{
		Namespace: b.store, App: lokiApp, Ports: itself.Ports, From: []network.Peer{itself}, To: []network.Peer{itself},
	}, b.parent); err != nil {
		return err
	}
	if err := b.budget(); err != nil {
		return err
	}
	reach := []network.Peer{itself}
	if b.args.Services != nil {
		reach = append(reach, network.CloudAPIs()...)
	}
	_, err = charts.Install(b.ctx, b.name+"-loki", &charts.InstallArgs{
		Chart: charts.Loki, Mirror: b.args.Mirror, Namespace: Namespace, In: b.store, Values: b.lokiValues(disk),
		Pods: map[string]network.Rules{lokiApp: {
			Ports: []int{lokiPort}, To: reach,
			From: append([]network.Peer{{Namespace: AgentsNamespace, App: alloyApp}}, b.askers()...),
		}},
	}, b.parent, pulumi.DependsOn(disk.ready))
	return err
}

// watchLoki has Prometheus watch over both.
func (b *builder) watchLoki() error {
	if b.args.Monitoring == nil {
		return nil
	}
	if err := observe.New(b.ctx, b.name+"-loki", &observe.Args{
		Namespace: b.store, App: lokiApp, Ports: []observe.Port{{Number: lokiPort}}, Alerts: lokiAlerts(b.lokiReplicas(), b.onVolume()),
	}, b.parent, pulumi.DependsOn(b.args.Monitoring)); err != nil {
		return err
	}
	return observe.New(b.ctx, b.name+"-alloy", &observe.Args{
		Namespace: b.agents, App: alloyApp, Ports: []observe.Port{{Number: alloyPort}}, Alerts: alloyAlerts,
	}, b.parent, pulumi.DependsOn(b.args.Monitoring))
}

// onVolume tells whether logs are kept on a volume, which one Loki can have and no more.
func (b *builder) onVolume() bool { return b.args.Services == nil }

func (b *builder) lokiReplicas() int {
	if b.onVolume() {
		return 1
	}
	return cmp.Or(b.args.Replicas, 1)
}
