package platform

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/certmanager"
	"github.com/plinth-iac/plinth/components/operators"
	"github.com/plinth-iac/plinth/components/spec"
	"github.com/plinth-iac/plinth/stacks/config"
)

// operatorArgs are what the operators of the data services have in common.
func (p *platform) operatorArgs() operators.Args {
	args := operators.Args{Mirror: p.cfg.Charts, Data: config.DataNamespace, Simulated: p.cfg.Simulated}
	if p.cfg.Environment == config.Prod {
		args.Replicas = 2
	}
	return args
}

// postgresOperator makes what runs Postgres in mode ha, and returns what its clusters depend on.
func (p *platform) postgresOperator(ctx *pulumi.Context) ([]pulumi.Resource, error) {
	if p.cfg.Postgres.Mode != spec.HA {
		return nil, nil
	}
	args := &operators.PostgresArgs{Args: p.operatorArgs()}
	if args.Backup = p.cfg.Postgres.Backup.On() && p.cluster.Services != nil; args.Backup {
		var err error
		if args.CertManager, err = p.certificates(ctx); err != nil {
			return nil, err
		}
	}
	return operators.NewPostgres(ctx, "postgres-operator", args, p.inCluster())
}

// redisOperator makes what runs Redis in mode ha, and returns what its servers depend on.
func (p *platform) redisOperator(ctx *pulumi.Context) ([]pulumi.Resource, error) {
	if p.cfg.Redis.Mode != spec.HA {
		return nil, nil
	}
	return operators.NewRedis(ctx, "redis-operator", &operators.RedisArgs{Args: p.operatorArgs()}, p.inCluster())
}

// rabbitmqOperator makes what runs RabbitMQ in mode ha, and returns what its brokers depend on.
func (p *platform) rabbitmqOperator(ctx *pulumi.Context) ([]pulumi.Resource, error) {
	if p.cfg.RabbitMQ.Mode != spec.HA {
		return nil, nil
	}
	args := &operators.RabbitMQArgs{Args: p.operatorArgs()}
	if !args.Simulated {
		var err error
		if args.CertManager, err = p.certificates(ctx); err != nil {
			return nil, err
		}
	}
	return operators.NewRabbitMQ(ctx, "rabbitmq-operator", args, p.inCluster())
}

// certificates makes cert-manager where nothing has made it yet, and returns what certificates depend on.
func (p *platform) certificates(ctx *pulumi.Context) ([]pulumi.Resource, error) {
	if p.certManager == nil {
		made, err := certmanager.New(ctx, "cert-manager", &certmanager.Args{
			Spec:   certmanager.Spec{Install: p.cfg.Certificates.Install}.Complete(certmanager.Private),
			Mirror: p.cfg.Charts, Monitoring: p.monitoring,
		}, p.inCluster())
		if err != nil {
			return nil, err
		}
		p.certManager = made.Ready
	}
	return p.certManager, nil
}
