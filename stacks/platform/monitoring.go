package platform

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/gpu"
	"github.com/plinth-iac/plinth/components/monitoring"
	"github.com/plinth-iac/plinth/stacks/config"
)

// The services of plinth:monitoring, as Services names them.
const (
	monitoringService = "monitoring"
	gpuService        = "monitoring.gpu"
)

// watchesGPUs tells whether the stack has GPUs to be watched.
func watchesGPUs(cfg *config.Config) bool {
	for _, pool := range cfg.Cluster.Pools {
		if pool.GPU != nil {
			return *cfg.Monitoring.Enabled && *cfg.Monitoring.GPU
		}
	}
	return false
}

// addMonitoring makes what watches the cluster. Only monitors, rules and dashboards wait for it.
func (p *platform) addMonitoring(ctx *pulumi.Context) (err error) {
	if !p.services[monitoringService] {
		return nil
	}
	cloud := string(p.cfg.Cloud)
	if p.cfg.Cloud == config.Existing {
		cloud = ""
	}
	p.watch, err = monitoring.New(ctx, "monitoring", &monitoring.Args{
		Spec: p.cfg.Monitoring, Mirror: p.cfg.Charts, Cloud: cloud, Random: p.random, Simulated: p.cfg.Simulated,
	}, p.inCluster())
	if err != nil {
		return err
	}
	p.monitoring = p.watch.Ready
	p.namespaces[monitoring.Namespace] = p.watch.Namespace
	if *p.cfg.Monitoring.Install {
		ctx.Export("grafana", p.watch.Access)
	}
	if !p.services[gpuService] {
		return nil
	}
	_, err = gpu.NewMetrics(ctx, "gpu-metrics", &gpu.Args{Mirror: p.cfg.Charts, Cloud: cloud, Monitoring: p.monitoring}, p.inCluster())
	return err
}

// addAlerts says who is told of what goes wrong, once what they are told with is there.
func (p *platform) addAlerts(ctx *pulumi.Context) error {
	if p.watch == nil {
		return nil
	}
	return p.watch.Alert(ctx, "monitoring", p.cfg.Monitoring.Alerts, p.secrets[monitoring.Namespace], p.inCluster())
}
