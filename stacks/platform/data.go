package platform

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/postgres"
	"github.com/plinth-iac/plinth/components/rabbitmq"
	"github.com/plinth-iac/plinth/components/redis"
	"github.com/plinth-iac/plinth/components/workload"
	"github.com/plinth-iac/plinth/stacks/config"
)

// addDataServices makes the data services that the stack file asks for. They do not wait for each other.
func (p *platform) addDataServices(ctx *pulumi.Context) error {
	p.connections = map[string]connection.Connection{}
	in, priority := p.namespaces[config.DataNamespace], workload.PriorityClass("high")

	if p.cfg.Postgres != nil {
		operator, err := p.postgresOperator(ctx)
		if err != nil {
			return err
		}
		s, err := postgres.New(ctx, "postgres", &postgres.Args{
			Spec: *p.cfg.Postgres, Namespace: in, NamespaceName: config.DataNamespace, Clients: p.clients("postgres"),
			Random: p.random, KeepData: p.keepData(), PriorityClass: priority,
			Services: p.cluster.Services, Zones: p.spreadZones(), Operator: operator, Monitoring: p.monitoring, Simulated: p.cfg.Simulated,
		}, p.runsPods())
		if err != nil {
			return err
		}
		p.connections["postgres"] = s.Connection
	}
	if p.cfg.Redis != nil {
		operator, err := p.redisOperator(ctx)
		if err != nil {
			return err
		}
		s, err := redis.New(ctx, "redis", &redis.Args{
			Spec: *p.cfg.Redis, Namespace: in, NamespaceName: config.DataNamespace, Clients: p.clients("redis"),
			Random: p.random, KeepData: p.keepData(), PriorityClass: priority,
			Services: p.cluster.Services, Zones: p.spreadZones(), Operator: operator, Monitoring: p.monitoring,
		}, p.runsPods())
		if err != nil {
			return err
		}
		p.connections["redis"] = s.Connection
	}
	if p.cfg.RabbitMQ != nil {
		operator, err := p.rabbitmqOperator(ctx)
		if err != nil {
			return err
		}
		s, err := rabbitmq.New(ctx, "rabbitmq", &rabbitmq.Args{
			Spec: *p.cfg.RabbitMQ, Namespace: in, NamespaceName: config.DataNamespace, Clients: append(p.clients("rabbitmq"), p.queueReaders()...),
			Random: p.random, KeepData: p.keepData(), PriorityClass: priority,
			Services: p.cluster.Services, Zones: p.spreadZones(), Operator: operator, Monitoring: p.monitoring, Simulated: p.cfg.Simulated,
		}, p.runsPods())
		if err != nil {
			return err
		}
		p.connections["rabbitmq"] = s.Connection
	}
	return nil
}

// clients are the workloads that use a data service: the only ones its network policy admits.
func (p *platform) clients(service string) []network.Peer {
	var peers []network.Peer
	for _, name := range slices.Sorted(maps.Keys(p.cfg.Workloads)) {
		w := p.cfg.Workloads[name]
		if slices.Contains(w.Uses, service) {
			peers = append(peers, network.Peer{Namespace: w.Namespace, App: name})
		}
	}
	return peers
}
