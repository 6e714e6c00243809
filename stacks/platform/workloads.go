package platform

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/workload"
)

// addPriorities makes the classes that say which pods give way when room is short.
func (p *platform) addPriorities(ctx *pulumi.Context) error {
	var err error
	p.priorities, err = workload.NewPriorities(ctx, "priorities", p.inCluster())
	return err
}

// addWorkloads makes the team's workloads. They do not wait for each other: a program must bear that what it calls comes later.
func (p *platform) addWorkloads(ctx *pulumi.Context) error {
	for _, name := range slices.Sorted(maps.Keys(p.cfg.Workloads)) {
		spec := p.cfg.Workloads[name]
		_, err := workload.New(ctx, name, &workload.Args{
			Spec:        spec,
			Namespace:   p.namespaces[spec.Namespace],
			Connections: p.connectionsOf(spec),
			Secrets:     p.secrets[spec.Namespace],
			Callers:     p.callers(name),
			Callees:     p.callees(spec),
			Monitoring:  p.monitoring, NamespaceName: spec.Namespace,
			KeepData:    p.keepData(),
			Published:   p.publishes(spec),
			RollOn:      p.rollOn(),
			Autoscaler:  p.autoscaler,
			Simulated:   p.cfg.Simulated,
			Recommender: p.recommender,
			Tracing:     p.tracing(),
			Skipped:     p.skipped,
		}, p.runsPods())
		if err != nil {
			return err
		}
		if err := p.publish(ctx, name, spec); err != nil {
			return err
		}
	}
	return nil
}

func (p *platform) connectionsOf(spec workload.Spec) []connection.Connection {
	var used []connection.Connection
	for _, service := range spec.Uses {
		used = append(used, p.connections[service])
	}
	return used
}

// callers are the workloads that call the named one.
func (p *platform) callers(name string) []network.Peer {
	var peers []network.Peer
	for _, caller := range slices.Sorted(maps.Keys(p.cfg.Workloads)) {
		if slices.Contains(p.cfg.Workloads[caller].Calls, name) {
			peers = append(peers, network.Peer{Namespace: p.cfg.Workloads[caller].Namespace, App: caller})
		}
	}
	return peers
}

// callees are the workloads that one calls, with the ports they listen on.
func (p *platform) callees(spec workload.Spec) []network.Peer {
	var peers []network.Peer
	for _, callee := range spec.Calls {
		called := p.cfg.Workloads[callee]
		peers = append(peers, network.Peer{
			Namespace: called.Namespace, App: callee, Ports: slices.Sorted(maps.Values(called.Ports)),
		})
	}
	return peers
}
