package platform

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/tracing"
	"github.com/plinth-iac/plinth/components/workload"
)

// tracingService is plinth:tracing, as Services names it.
const tracingService = "tracing"

// addTracing makes what takes and keeps traces. Workloads do not wait for it: who has nobody to send traces to drops them.
func (p *platform) addTracing(ctx *pulumi.Context) error {
	if !p.services[tracingService] {
		return nil
	}
	args := &tracing.Args{
		Spec: p.cfg.Tracing, Mirror: p.cfg.Charts, Clients: p.traced(), Replicas: p.replicas(), Monitoring: p.monitoring,
	}
	if p.watch != nil {
		args.Grafana = p.watch.Namespace
	}
	_, err := tracing.New(ctx, "tracing", args, p.inCluster())
	return err
}

// traced are the workloads that send traces.
func (p *platform) traced() []network.Peer {
	var peers []network.Peer
	for _, name := range slices.Sorted(maps.Keys(p.cfg.Workloads)) {
		if w := p.cfg.Workloads[name]; w.Tracing {
			peers = append(peers, network.Peer{Namespace: w.Namespace, App: name})
		}
	}
	return peers
}

// tracing is where workloads send traces; nil where nobody takes them.
func (p *platform) tracing() *workload.Tracing {
	if !p.services[tracingService] {
		return nil
	}
	return &workload.Tracing{Endpoint: tracing.Endpoint, Collector: tracing.Collector(), Environment: string(p.cfg.Environment)}
}
