package platform

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/autoscaling"
	"github.com/plinth-iac/plinth/components/network"
)

// The services of plinth:autoscaling, as Services names them.
const (
	autoscalingService     = "autoscaling"
	recommendationsService = "autoscaling.recommendations"
	metricsServerService   = "autoscaling.metricsServer"
)

// addAutoscaling makes what scales the workloads, beside the data services that it asks.
func (p *platform) addAutoscaling(ctx *pulumi.Context) (err error) {
	args := autoscaling.Args{
		Mirror: p.cfg.Charts, Present: !*p.cfg.Autoscaling.Install, Replicas: p.replicas(), Simulated: p.cfg.Simulated,
	}
	if p.services[autoscalingService] {
		keda := &autoscaling.KEDAArgs{Args: args, Monitoring: p.monitoring}
		if len(p.queueReaders()) > 0 {
			keda.Queues = []network.Peer{p.connections["rabbitmq"].Server}
		}
		if p.autoscaler, err = autoscaling.NewKEDA(ctx, "keda", keda, p.inCluster()); err != nil {
			return err
		}
	}
	if p.services[recommendationsService] {
		if p.recommender, err = autoscaling.NewRecommender(ctx, "vertical-pod-autoscaler", &args, p.inCluster()); err != nil {
			return err
		}
	}
	if p.services[metricsServerService] {
		args.Present = false
		return autoscaling.NewMetricsServer(ctx, "metrics-server", &args, p.inCluster())
	}
	return nil
}

// queueReaders are who asks RabbitMQ for the length of its queues: KEDA, where a workload is scaled on one.
func (p *platform) queueReaders() []network.Peer {
	if !p.services[autoscalingService] {
		return nil
	}
	for _, w := range p.cfg.Workloads {
		if w.Replicas.Queue != nil {
			return []network.Peer{autoscaling.KEDA()}
		}
	}
	return nil
}
