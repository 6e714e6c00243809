package platform

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/dashboards"
	"github.com/plinth-iac/plinth/components/logging"
	"github.com/plinth-iac/plinth/stacks/config"
)

// addDashboards shows what the stack has.
func (p *platform) addDashboards(ctx *pulumi.Context) error {
	if p.watch == nil {
		return nil
	}
	args := &dashboards.Args{
		Namespace: p.watch.Namespace, Data: config.DataNamespace, Models: models(p.cfg), GPU: p.services[gpuService],
		Logs: p.services[loggingService] && p.cfg.Logging.Store == logging.Loki,
	}
	if p.cfg.Postgres != nil {
		args.Postgres = p.cfg.Postgres.Mode
	}
	if p.cfg.Redis != nil {
		args.Redis = p.cfg.Redis.Mode
	}
	if p.cfg.RabbitMQ != nil {
		args.RabbitMQ = p.cfg.RabbitMQ.Mode
	}
	return dashboards.New(ctx, "dashboards", args, p.inCluster())
}

// servingPath begins the path of TensorFlow Serving's metrics (2.19.0, util/prometheus_exporter.cc), and of no other server's.
const servingPath = "/monitoring/prometheus/"

// models are the workloads that serve models, in order: those with a GPU, and those whose metrics are TensorFlow Serving's.
func models(cfg *config.Config) []string {
	var names []string
	for name, w := range cfg.Workloads {
		if w.GPU > 0 || w.Metrics != nil && strings.HasPrefix(w.Metrics.Path, servingPath) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
