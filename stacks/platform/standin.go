package platform

import (
	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/stacks/config"
)

// operated are the data services that an operator runs, with what it is installed from.
func operated(cfg *config.Config) []Service {
	var all []Service
	if cfg.Postgres != nil && cfg.Postgres.Mode == spec.HA {
		all = append(all, Service{Name: "postgres", Charts: []charts.Chart{charts.CloudNativePG}})
	}
	if cfg.Redis != nil && cfg.Redis.Mode == spec.HA {
		all = append(all, Service{Name: "redis", Charts: []charts.Chart{charts.RedisOperator}})
	}
	if cfg.RabbitMQ != nil && cfg.RabbitMQ.Mode == spec.HA {
		all = append(all, Service{Name: "rabbitmq", Manifests: []charts.Manifest{charts.RabbitMQClusterOperator, charts.RabbitMQTopologyOperator}})
	}
	return all
}

// standIn has a single server stand in for one that an operator would run, where the operator cannot be had: what uses it is rehearsed
// all the same.
func (p *platform) standIn(service string) {
	switch service {
	case "postgres":
		s := *p.cfg.Postgres
		s.Mode, s.Instances, s.Synchronous, s.Pooler = spec.Single, 0, nil, nil
		p.cfg.Postgres = new(s.Complete())
	case "redis":
		s := *p.cfg.Redis
		s.Mode, s.Instances, s.TLS = spec.Single, 0, false
		p.cfg.Redis = new(s.Complete())
	case "rabbitmq":
		s := *p.cfg.RabbitMQ
		s.Mode, s.Instances, s.TLS = spec.Single, 0, false
		p.cfg.RabbitMQ = new(s.Complete())
	}
}
